"""PNG: the chunks that make the picture are kept, texts, dates and whatever follows the end go."""

import struct
import zlib

from verification.application.files import MOST_PIXELS, FileMalformed, Inspected

MARK = b"\x89PNG\r\n\x1a\n"

_PICTURE = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MOST_CHUNKS = 100_000
_PIECE = 1 << 20


def inspect(content: bytes) -> Inspected:
    """The picture without what was written around it.

    Raises:
        FileMalformed: a checksum is wrong, the picture is cut off, or larger than its header says.
    """
    kept = [MARK]
    place, first = len(MARK), True
    picture = _Picture()
    for _ in range(_MOST_CHUNKS):
        name, body, whole, place = _chunk(content, place)
        if first != (name == b"IHDR"):
            raise FileMalformed("the PNG does not begin with its one header", field="file")
        first = False
        picture.take(name, body)
        if name in _PICTURE:
            kept.append(whole)
        elif name[:1].isupper():
            raise FileMalformed("the PNG holds a chunk that no decoder knows", field="file")
        if name == b"IEND":
            picture.check()
            return Inspected("image/png", b"".join(kept))
    raise FileMalformed("the PNG has more chunks than any picture", field="file")


def _chunk(content: bytes, place: int) -> tuple[bytes, bytes, bytes, int]:
    """Name, body and all the bytes of the chunk at `place`, and where the next one begins."""
    length = int.from_bytes(content[place : place + 4], "big")
    end = place + 12 + length
    if end > len(content):
        raise FileMalformed("the PNG breaks off", field="file")
    name, body = content[place + 4 : place + 8], content[place + 8 : end - 4]
    if zlib.crc32(name + body) != int.from_bytes(content[end - 4 : end], "big"):
        raise FileMalformed("a checksum of the PNG is wrong", field="file")
    return name, body, content[place:end], end


class _Picture:
    """Unpacks the picture to see that it is all there and no more, without ever holding it."""

    def __init__(self) -> None:
        self._expected = 0
        self._interlaced = False
        self._unpacked = 0
        self._inflate = zlib.decompressobj()

    def take(self, name: bytes, body: bytes) -> None:
        if name == b"IHDR":
            self._read_header(body)
        elif name == b"IDAT":
            self._unpack(body)

    def check(self) -> None:
        whole = self._inflate.eof and not self._inflate.unused_data
        if not whole or (self._unpacked != self._expected and not self._interlaced):
            raise FileMalformed("the picture of the PNG is not whole", field="file")

    def _read_header(self, body: bytes) -> None:
        if len(body) != 13:
            raise FileMalformed("the header of the PNG is no header", field="file")
        width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
        if not 0 < width * height <= MOST_PIXELS or depth not in (1, 2, 4, 8, 16) or colour not in _CHANNELS:
            raise FileMalformed("the picture is beyond all measure", field="file")
        row = (width * _CHANNELS[colour] * depth + 7) // 8 + 1
        self._interlaced = interlace == 1
        self._expected = height * row if not self._interlaced else 2 * height * (row + 8)

    def _unpack(self, body: bytes) -> None:
        try:
            while body and not self._inflate.eof:
                self._unpacked += len(self._inflate.decompress(body, _PIECE))
                body = self._inflate.unconsumed_tail
                if self._unpacked > self._expected:
                    raise FileMalformed("the picture of the PNG is larger than it says", field="file")
            if body:
                raise FileMalformed("the PNG has something after its picture", field="file")
        except zlib.error as error:
            raise FileMalformed("the picture of the PNG cannot be unpacked", field="file") from error
