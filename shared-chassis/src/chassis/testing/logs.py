"""What a service would log, for tests to look at."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from chassis.logging import clear, setup_logging


@contextmanager
def logged_lines(level: str = "INFO") -> Iterator[io.StringIO]:
    """The lines of the block, through the pipeline of a service; afterwards everything is as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, before = root.handlers[:], root.level
    setup_logging("tests", level=level, stream=stream)
    clear()
    yield stream
    clear()
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, before
