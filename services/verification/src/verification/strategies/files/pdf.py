"""PDF: kept as it is or not at all; one that acts when it is opened is refused.

A PDF cannot be made harmless without taking it apart, so it is searched for the names of everything that acts. Names
may be written with escapes (`/J#61vaScript`) and may lie in compressed object streams; both are read through. What
cannot be read - encrypted, packed in another way - is refused, because nobody can say what is in it.
"""

import re
import zlib

from verification.application.files import FileActive, FileMalformed, Inspected

MARK = b"%PDF-"

ACTIVE = (
    b"JavaScript",
    b"OpenAction",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"GoToR",
    b"XFA",
)

_NAMES = re.compile(rb"/(" + b"|".join(ACTIVE) + rb")(?![A-Za-z0-9])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_PLAIN_FILTER = re.compile(rb"/Filter\s*(?:\[\s*)?/(?:FlateDecode|Fl)\s*(?:\])?\s*(?:/|>>)")
_REPACKED = re.compile(rb"/(?:DecodeParms|DP)(?![A-Za-z0-9])")
_END = re.compile(rb"%%EOF\s*$")
_ARCHIVE_END = b"PK\x05\x06"
_TAIL_BYTES = 1024
_ARCHIVE_TAIL_BYTES = 70_000
_DICTIONARY_BYTES = 64 << 10
_MOST_STREAMS = 20_000
_MOST_UNPACKED = 256 << 20
_PACKED_PIECE = 16 << 10
_PIECE = 1 << 20
_OVERLAP = 64


def inspect(content: bytes) -> Inspected:
    """The same bytes, once they are found harmless.

    Raises:
        FileMalformed: cut off, followed by something else, encrypted, or packed so that it cannot be looked into.
        FileActive: it holds scripts, actions or other files.
    """
    if not _END.search(content[-_TAIL_BYTES:].rstrip(b"\x00")):
        raise FileMalformed("the PDF does not end where it says", field="file")
    if b"obj" not in content or _ARCHIVE_END in content[-_ARCHIVE_TAIL_BYTES:]:
        raise FileMalformed("the PDF holds nothing, or is something else as well", field="file")
    _search(content)
    budget = _MOST_UNPACKED
    for count, found in enumerate(_STREAM.finditer(content)):
        if count == _MOST_STREAMS:
            raise FileMalformed("the PDF has more parts than any document", field="file")
        budget -= _search_stream(content, found, budget)
    return Inspected("application/pdf", content)


def _search(text: bytes) -> None:
    for version in (text, _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), text)) if b"#" in text else (text,):
        active = _NAMES.search(version)
        if active is not None:
            raise FileActive(f"the PDF has {active[1].decode()} in it; print it to a new PDF", field="file")
        if _ENCRYPTED.search(version):
            raise FileMalformed("the PDF is encrypted", field="file")


def _search_stream(content: bytes, found: re.Match[bytes], budget: int) -> int:
    """Look into one stream if it is packed; returns how much came out of it."""
    head = _dictionary(content, found.start())
    if not _OBJECT_STREAM.search(head):
        return _unpack(content, found.end(), budget, must=False)
    if b"/Filter" not in head and not re.search(rb"/F(?![A-Za-z0-9])", head):
        return 0  # It lies open, and was searched with everything else.
    if not _PLAIN_FILTER.search(head) or _REPACKED.search(head):
        raise FileMalformed("the PDF is packed so that it cannot be looked into", field="file")
    return _unpack(content, found.end(), budget, must=True)


def _dictionary(content: bytes, end: int) -> bytes:
    """What stands between the beginning of the object and its stream, escapes resolved."""
    begin = content.rfind(b"obj", max(0, end - _DICTIONARY_BYTES), end)
    if begin < 0:
        raise FileMalformed("a stream of the PDF belongs to nothing", field="file")
    return _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), content[begin:end])


def _unpack(content: bytes, place: int, budget: int, *, must: bool) -> int:
    inflate = zlib.decompressobj()
    unpacked, tail = 0, b""
    view = memoryview(content)
    try:
        while not inflate.eof:
            packed = inflate.unconsumed_tail or bytes(view[place : place + _PACKED_PIECE])
            if not inflate.unconsumed_tail:
                place += len(packed)
            if not packed:
                break
            piece = inflate.decompress(packed, _PIECE)
            unpacked += len(piece)
            if unpacked > budget:
                raise FileMalformed("the PDF unpacks to more than any document", field="file")
            together = tail + piece
            _search(together)
            tail = together[-_OVERLAP:]  # A piece may be empty: packed data may go on for long without saying anything.
    except zlib.error as error:
        if must:
            raise FileMalformed("the PDF is packed so that it cannot be looked into", field="file") from error
    else:
        if must and not inflate.eof:
            raise FileMalformed("a stream of the PDF breaks off", field="file")
    return unpacked
