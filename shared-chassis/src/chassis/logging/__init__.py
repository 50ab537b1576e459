"""Structured logs: one JSON object per line, with the request's identity, without secrets and personal data."""

from chassis.logging.context import bind, clear
from chassis.logging.redaction import redact, redact_text
from chassis.logging.setup import get_logger, setup_logging

__all__ = ["bind", "clear", "get_logger", "redact", "redact_text", "setup_logging"]
