"""Traces: ids travel on whether or not anybody collects spans."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chassis.telemetry import (
    current_trace_id,
    current_traceparent,
    render_metrics,
    setup_tracing,
    shutdown_tracing,
    span,
    span_from_traceparent,
)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    setup_tracing("tests", "1", processor=SimpleSpanProcessor(exporter))
    yield exporter
    shutdown_tracing()
    setup_tracing("tests")


def test_outside_of_any_span_there_is_no_trace() -> None:
    assert current_traceparent() is None
    assert current_trace_id() is None


def test_a_trace_goes_on_without_a_collector() -> None:
    with span_from_traceparent("consume", PARENT), span("inner"):
        assert current_trace_id() == TRACE
        onward = current_traceparent()
    assert onward is not None
    assert onward.split("-")[1] == TRACE
    assert onward.split("-")[2] != "b7ad6b7169203331"


@pytest.mark.parametrize(
    "parent", [None, "", "nonsense", "00-" + "0" * 32 + "-b7ad6b7169203331-01", PARENT * 2, "\x00é"]
)
def test_without_a_good_parent_a_new_trace_begins(parent: str | None) -> None:
    with span("somebody else's"), span_from_traceparent("consume", parent):
        assert current_trace_id() not in (None, TRACE)


def test_the_bus_carries_a_trace_from_one_service_to_the_next(spans: InMemorySpanExporter) -> None:
    with span("publish", kind=SpanKind.PRODUCER):
        envelope = {"traceparent": current_traceparent()}
    with span_from_traceparent("consume", envelope["traceparent"], attributes={"topic": "t"}):
        pass
    published, consumed = spans.get_finished_spans()
    assert consumed.parent is not None
    assert consumed.parent.span_id == published.context.span_id
    assert consumed.context.trace_id == published.context.trace_id
    assert consumed.kind is SpanKind.CONSUMER
    assert dict(consumed.attributes or {}) == {"topic": "t"}


def test_a_failure_is_told_by_its_type_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="ann"), span("work"):
        raise ValueError("ann@example.com")
    (failed,) = spans.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description == "ValueError"
    assert failed.events == ()


def test_unsampled_parents_stay_unsampled(spans: InMemorySpanExporter) -> None:
    with span_from_traceparent("consume", PARENT.removesuffix("01") + "00"):
        assert (current_traceparent() or "").endswith("-00")
    assert spans.get_finished_spans() == ()


def test_the_process_itself_is_measured() -> None:
    text = render_metrics().decode()
    assert "process_resident_memory_bytes" in text
    assert "python_info" in text
