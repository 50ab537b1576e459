"""What every line of a request's log carries."""

import structlog


def bind(**values: str | None) -> None:
    """Add to what every following line of this request (or batch, or task) carries; None takes nothing away."""
    structlog.contextvars.bind_contextvars(**{name: value for name, value in values.items() if value is not None})


def clear() -> None:
    """Forget all of it: a new request begins."""
    structlog.contextvars.clear_contextvars()
