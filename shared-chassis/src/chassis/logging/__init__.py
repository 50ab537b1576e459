"""Structured logs: one JSON object per line, with the request's identity, without secrets and personal data."""

from chassis.logging.context import bind, clear
from chassis.logging.redaction import redact, redact_text
from chassis.logging.setup import configure_logging, get_logger, setup_logging

__all__ = ["bind", "clear", "configure_logging", "get_logger", "redact", "redact_text", "setup_logging"]
