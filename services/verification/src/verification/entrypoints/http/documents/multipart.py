"""Reading an upload while it arrives: one file and one word, and not a byte more than is allowed.

The framework would write the whole form into a temporary file, in clear, before anyone asked who is calling.
Here the caller is known first, and what is read stays in memory under a limit.
"""

from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from chassis.http import FieldError, RequestProblem
from verification.application.files import FileTooLarge
from verification.entrypoints.http.documents.places import in_time

KIND_BYTES: Final = 64
_HEADER_BYTES: Final = 4096
_MOST_PARTS: Final = 8

OPENAPI: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "file"],
                    "properties": {
                        "kind": {"type": "string", "description": "What the document is: `passport`, say"},
                        "file": {"type": "string", "format": "binary", "description": "A JPEG, a PNG or a PDF"},
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent. The file's own name is not among it: it is of no use and may tell anything."""

    kind: str
    content: bytes


@dataclass(slots=True)
class _Part:
    name: str = ""
    body: bytearray = field(default_factory=bytearray)


class _Collector:
    """Takes parts apart as they come."""

    def __init__(self, max_bytes: int) -> None:
        self.parts: dict[str, _Part] = {}
        self.ended = False
        self._limits = {"file": max_bytes, "kind": KIND_BYTES}
        self._seen = 0
        self._part = _Part()
        self._header_name = bytearray()
        self._header_value = bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header,
            "on_headers_finished": self._headers,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._part = _Part()
        self._seen += 1
        if self._seen > _MOST_PARTS:
            raise _refused("body", "too_long", "The form has more parts than `kind` and `file`.")

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._header_name, data[start:end], _HEADER_BYTES, "body")

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._header_value, data[start:end], _HEADER_BYTES, "body")

    def _header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._header_value))
            self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        self._header_name.clear()
        self._header_value.clear()

    def _headers(self) -> None:
        name = self._part.name
        if name not in self._limits:
            raise _refused(name or "body", "unknown_field", "The form has the fields `kind` and `file`.")
        if name in self.parts:
            raise _refused(name, "invalid", "This field is there twice.")
        self.parts[name] = self._part

    def _data(self, data: bytes, start: int, end: int) -> None:
        name = self._part.name
        if name == "file" and len(self._part.body) + end - start > self._limits["file"]:
            raise FileTooLarge(f"at most {self._limits['file']} bytes are accepted", field="file")
        self._grow(self._part.body, data[start:end], self._limits[name], name)

    def _end(self) -> None:
        self.ended = True

    @staticmethod
    def _grow(held: bytearray, more: bytes, limit: int, name: str) -> None:
        if len(held) + len(more) > limit:
            raise _refused(name, "too_long", "This is longer than any such thing.")
        held += more


async def read_form(request: Request, max_bytes: int) -> Form:
    """The form of a request, read as it comes.

    Raises:
        RequestProblem: another form of body, broken, with other fields, or without one of the two.
        RequestProblem: 408 it comes too slowly; see `in_time`.
        FileTooLarge: the file has more than `max_bytes`; the rest of it is not kept.

    A refusal waits for the end of the body, which the route limits: whoever still sends would not hear it.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
        raise RequestProblem(415, "unsupported_media_type", "Send the body as multipart/form-data.")
    collector = _Collector(max_bytes)
    parser = MultipartParser(boundary, collector.callbacks())  # type: ignore[arg-type]
    refusal: Exception | None = None
    async for chunk in in_time(request.stream()):
        refusal = refusal or _refusal(parser, chunk)
    if refusal is not None:
        raise refusal
    parser.finalize()
    if not collector.ended:
        raise RequestProblem(400, "invalid_body", "The form breaks off.")
    for name in ("kind", "file"):
        if name not in collector.parts:
            raise _refused(name, "missing", "This field is required.")
    return Form(_text(bytes(collector.parts["kind"].body)), bytes(collector.parts["file"].body))


def _refusal(parser: MultipartParser, chunk: bytes) -> Exception | None:
    try:
        parser.write(chunk)
    except FormParserError:
        return RequestProblem(400, "invalid_body", "The form cannot be read.")
    except (RequestProblem, FileTooLarge) as refusal:
        return refusal
    return None


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise _refused("kind", "invalid_text", "This is no text.")
    return text


def _refused(name: str, code: str, message: str) -> RequestProblem:
    shown = name if name.isprintable() else "body"
    errors = [FieldError(field=shown, code=code, message=message)]
    return RequestProblem(422, "invalid_request", f"Not acceptable: {shown}.", errors=errors)
