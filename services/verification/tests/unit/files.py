"""Small files, made byte by byte."""

import struct
import zlib

PNG_MARK = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*extra: bytes, width: int = 3, height: int = 2, rows: int | None = None, after: bytes = b"") -> bytes:
    """A grey picture; `extra` chunks stand before the picture data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    picture = zlib.compress((b"\x00" + bytes(width)) * (height if rows is None else rows))
    parts = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", picture), chunk(b"IEND", b""))
    return PNG_MARK + b"".join(parts) + after


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


FRAME = segment(0xC0, bytes((8, 0, 16, 0, 16, 1, 1, 0x11, 0)))
TABLE = segment(0xDB, bytes(65))
SCAN = segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x12\x34\xff\x00\x56\xff\xd0\x78"


def exif(orientation: int, order: str = "<") -> bytes:
    """An Exif segment with an orientation and a place on earth."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f"{order}HHI4s", 0x8825, 4, 1, b"GPS!")
    return segment(
        0xE1, b"Exif\x00\x00" + mark + struct.pack(f"{order}IH", 8, 2) + entries + struct.pack(f"{order}I", 0)
    )


def jpeg(*extra: bytes, after: bytes = b"", scan: bytes = SCAN) -> bytes:
    jfif = segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01" + b"thm")
    return b"\xff\xd8" + jfif + b"".join(extra) + TABLE + FRAME + scan + b"\xff\xd9" + after


def pdf(*objects: bytes, after: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n" + after


def stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
