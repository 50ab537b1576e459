"""OpenTelemetry traces: ids travel through HTTP and the bus always, spans are sent only when there is a collector."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

_PROPAGATOR = TraceContextTextMapPropagator()
_HEADER = "traceparent"
_IDS = RandomIdGenerator()


class _Tracing:
    """The provider of this process. OpenTelemetry's global one can be set only once, which tests cannot live with."""

    def __init__(self) -> None:
        self.use(TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False))

    def use(self, provider: TracerProvider) -> None:
        self.provider = provider
        self.sends = provider.sampler is not ALWAYS_OFF
        self.tracer = provider.get_tracer("chassis")


_tracing = _Tracing()


def setup_tracing(
    service: str,
    version: str = "",
    *,
    endpoint: str | None = None,
    ratio: float = 1.0,
    processor: SpanProcessor | None = None,
) -> None:
    """Start tracing for this process.

    Args:
        endpoint: base address of a collector that speaks OTLP over HTTP; without it nothing is sent, and spans only
            carry ids on.
        ratio: the share of traces begun here that are sent.
        processor: where spans go instead, for tests.
    """
    if processor is None and endpoint is not None:
        processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
    sampler: Sampler = ALWAYS_OFF if processor is None else ParentBased(TraceIdRatioBased(ratio))
    resource = Resource({"service.name": service, "service.version": version})
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    if processor is not None:
        provider.add_span_processor(processor)
    shutdown_tracing()
    _tracing.use(provider)


def shutdown_tracing() -> None:
    """Send what is waiting and stop."""
    _tracing.provider.shutdown()


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the span we are in, to put into a header or an envelope; None outside of any.

    >>> current_traceparent() is None
    True
    >>> with span_from_traceparent("work", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"):
    ...     current_traceparent()[:35]
    '00-0af7651916cd43dd8448eb211c80319c'
    """
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace_id() -> str | None:
    """The trace we are in, as 32 hexadecimal digits; None outside of any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


@contextmanager
def span(
    name: str, *, kind: SpanKind = SpanKind.INTERNAL, attributes: Mapping[str, AttributeValue] | None = None
) -> Iterator[Span]:
    """A span beneath the current one. An exception marks it as failed and goes on."""
    with _started(name, None, kind, attributes) as started:
        yield started


@contextmanager
def span_from_traceparent(
    name: str,
    traceparent: str | None,
    *,
    kind: SpanKind = SpanKind.CONSUMER,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """A span that goes on where `traceparent` (of a header or an envelope) came from; a new trace when it is none."""
    parent = _PROPAGATOR.extract({_HEADER: traceparent} if traceparent else {}, context=Context())
    with _started(name, parent, kind, attributes) as started:
        yield started


@contextmanager
def linked_span(
    name: str,
    traceparent: str | None,
    *,
    kind: SpanKind = SpanKind.SERVER,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """A span of a new trace that says of which of a stranger's it is the continuation: nobody outside names ours."""
    links: list[Link] = []
    if traceparent:
        outside = trace.get_current_span(_PROPAGATOR.extract({_HEADER: traceparent}, context=Context()))
        links = [Link(outside.get_span_context())] if outside.get_span_context().is_valid else []
    with _started(name, Context(), kind, attributes, links) as started:
        yield started


@contextmanager
def _started(
    name: str,
    parent: Context | None,
    kind: SpanKind,
    attributes: Mapping[str, AttributeValue] | None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    if _tracing.sends:
        started = _tracing.tracer.start_span(name, context=parent, kind=kind, attributes=attributes, links=links)
    else:
        started = _ids_alone(parent)
    with trace.use_span(started, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield started
        except BaseException as error:
            # The type alone: messages of exceptions may hold personal data, and traces leave the house.
            started.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def _ids_alone(parent: Context | None) -> Span:
    """A span that nobody will see; only its ids go on."""
    outer = trace.get_current_span(parent).get_span_context()
    trace_id = outer.trace_id if outer.is_valid else _IDS.generate_trace_id()
    return NonRecordingSpan(SpanContext(trace_id, _IDS.generate_span_id(), is_remote=False))
