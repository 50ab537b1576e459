"""What can be seen of a running process: traces, metrics, and the record of each request."""

from chassis.telemetry.metrics import REGISTRY, metrics_served, render_metrics
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import (
    current_trace_id,
    current_traceparent,
    setup_tracing,
    shutdown_tracing,
    span,
    span_from_traceparent,
)

__all__ = [
    "REGISTRY",
    "RequestRecord",
    "current_trace_id",
    "current_traceparent",
    "metrics_served",
    "render_metrics",
    "setup_tracing",
    "shutdown_tracing",
    "span",
    "span_from_traceparent",
]
