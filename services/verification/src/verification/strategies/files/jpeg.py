"""JPEG: the picture is kept bit by bit, everything around it goes.

Cameras write where and when a picture was taken, and a thumbnail of what was cut away; others hide archives and pages
in comments or behind the end. Only segments a decoder needs are copied. The orientation alone is written anew, so that
a passport photographed upright stays upright.
"""

import struct

from verification.application.files import MOST_PIXELS, FileMalformed, Inspected

MARK = b"\xff\xd8\xff"

_END, _SCAN, _APP0, _EXIF, _ADOBE = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
_TABLES = frozenset({0xDB, 0xC4, 0xDD, 0xCC, 0xDC})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_RESTARTS = frozenset(range(0xD0, 0xD8))
_MOST_SEGMENTS = 10_000


def inspect(content: bytes) -> Inspected:
    """The picture without what was written around it.

    Raises:
        FileMalformed: not readable to its end, without a picture, or a picture beyond all measure.
    """
    kept = [b"\xff\xd8"]
    place, framed, scanned = 2, False, False
    for _ in range(_MOST_SEGMENTS):
        marker, place = _marker(content, place)
        if marker == _END:
            if not (framed and scanned):
                raise FileMalformed("the JPEG holds no picture", field="file")
            return Inspected("image/jpeg", b"".join([*kept, b"\xff\xd9"]))
        body, place = _segment(content, place)
        if marker in _FRAMES:
            _check_size(body)
            framed = True
        if marker == _SCAN:
            entropy = _entropy_end(content, place)
            kept.append(_written(marker, body) + content[place:entropy])
            place, scanned = entropy, True
        else:
            kept += _kept(marker, body)
    raise FileMalformed("the JPEG has more segments than any picture", field="file")


def _kept(marker: int, body: bytes) -> list[bytes]:
    """What remains of a segment that is not picture data."""
    if marker in _FRAMES or marker in _TABLES:
        return [_written(marker, body)]
    if marker == _APP0 and body.startswith(b"JFIF\x00") and len(body) >= 14:
        return [_written(marker, body[:12] + b"\x00\x00")]  # Without the thumbnail.
    if marker == _ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
        return [_written(marker, body[:12])]
    if marker == _EXIF and body.startswith(b"Exif\x00\x00"):
        orientation = _orientation(body[6:])
        return [] if orientation in (None, 1) else [_written(marker, _only_orientation(orientation or 1))]
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return []
    raise FileMalformed("the JPEG holds a segment that no decoder knows", field="file")


def _marker(content: bytes, place: int) -> tuple[int, int]:
    """The marker at `place` and where its segment begins; fill bytes are skipped."""
    if content[place : place + 1] != b"\xff":
        raise FileMalformed("the JPEG breaks off or has something between its segments", field="file")
    while content[place : place + 1] == b"\xff":
        place += 1
    if place >= len(content) or content[place] in (0x00, 0x01) or content[place] in _RESTARTS:
        raise FileMalformed("the JPEG breaks off or has something between its segments", field="file")
    return content[place], place + 1


def _segment(content: bytes, place: int) -> tuple[bytes, int]:
    length = int.from_bytes(content[place : place + 2], "big")
    if length < 2 or place + length > len(content):
        raise FileMalformed("a segment of the JPEG is longer than the file", field="file")
    return content[place + 2 : place + length], place + length


def _entropy_end(content: bytes, place: int) -> int:
    """Where the coded picture ends: at the next marker that is neither a stuffed byte nor a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise FileMalformed("the JPEG breaks off within the picture", field="file")
        following = content[place + 1]
        if following == 0xFF:
            place += 1
        elif following == 0x00 or following in _RESTARTS:
            place += 2
        else:
            return place


def _check_size(body: bytes) -> None:
    if len(body) < 6:
        raise FileMalformed("the JPEG does not say how large it is", field="file")
    height, width = struct.unpack(">HH", body[1:5])
    if width == 0 or height * width > MOST_PIXELS:
        raise FileMalformed("the picture is beyond all measure", field="file")


def _written(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _orientation(tiff: bytes) -> int | None:
    """The orientation (1 to 8) of an Exif block; None when it says none or cannot be read, which is no fault."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (offset,) = struct.unpack(f"{order}I", tiff[4:8])
    if offset + 2 > len(tiff):
        return None
    (count,) = struct.unpack(f"{order}H", tiff[offset : offset + 2])
    for index in range(min(count, 200)):
        entry = tiff[offset + 2 + 12 * index : offset + 14 + 12 * index]
        if len(entry) < 12:
            return None
        tag, kind, values, value = struct.unpack(f"{order}HHIH", entry[:10])
        if tag == 0x0112 and kind == 3 and values == 1:
            return int(value) if 1 <= value <= 8 else None
    return None


def _only_orientation(orientation: int) -> bytes:
    """An Exif block that says nothing else."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\x00\x00MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
