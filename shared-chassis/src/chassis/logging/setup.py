"""One way out for all log lines: structlog's, the standard library's and uvicorn's."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from chassis.logging.redaction import redaction
from chassis.settings import HttpSettings
from chassis.telemetry.tracing import current_trace_id


def get_logger(name: str) -> Any:
    """A structlog logger: `log.info("event_in_snake_case", key=value)`."""
    return structlog.stdlib.get_logger(name)


def setup_logging(service: str, *, level: str = "INFO", log_format: str = "json", stream: TextIO | None = None) -> None:
    """Send every line of this process through one pipeline to `stream` (standard output).

    Args:
        service: put on every line.
        log_format: `json` for machines, `console` for a person.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _identity(service),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redaction,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=True)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "sqlalchemy", "alembic", "aiokafka"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = name != "uvicorn.access"  # One structured line per request takes its place.
        library.setLevel(logging.WARNING if name != "uvicorn.error" else level)


def configure_logging(settings: HttpSettings, service: str, stream: TextIO | None = None) -> None:
    """Log as the settings say, to `stream` (standard output)."""
    setup_logging(service, level=settings.log_level, log_format=settings.log_format, stream=stream)


def _identity(service: str) -> structlog.typing.Processor:
    def identify(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"] = service
        trace_id = current_trace_id()
        if trace_id is not None:
            line.setdefault("trace_id", trace_id)
        return line

    return identify
