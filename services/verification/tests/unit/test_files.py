"""What may come in, and what is left of it."""

import struct
import zlib

import pytest

from verification.application.files import (
    FileActive,
    FileEmpty,
    FileMalformed,
    FileRefused,
    FileTypeUnknown,
)
from verification.strategies.files.registry import inspect

from .files import CATALOGUE, FRAME, PNG_MARK, SCAN, TABLE, chunk, exif, jpeg, pdf, png, segment, stream


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(jpeg(), "image/jpeg"), (png(), "image/png"), (pdf(CATALOGUE), "application/pdf")],
)
def test_the_type_is_told_from_the_bytes(content: bytes, media_type: str) -> None:
    assert inspect(content).media_type == media_type


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileEmpty):
        inspect(b"")


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a\x01\x00",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        b"RIFF....WEBPVP8 ",
        b" %PDF-1.7",
        b"\x00",
        b"\xff\xd8",
    ],
)
def test_any_other_type_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(FileTypeUnknown):
        inspect(content)


def test_a_jpeg_loses_what_was_written_around_the_picture() -> None:
    dirty = jpeg(
        exif(1),
        segment(0xFE, b"<?php secret ?>"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00secret"),
        segment(0xED, b"Photoshop 3.0\x00secret"),
        segment(0xE2, b"MPF\x00secret"),
        after=b"PK\x03\x04secret.zip",
    )
    kept = inspect(dirty).content
    assert b"secret" not in kept
    assert b"GPS!" not in kept
    assert b"thm" not in kept
    assert TABLE + FRAME + SCAN in kept
    assert kept.endswith(b"\xff\xd9")
    assert inspect(kept).content == kept


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_alone_survives(order: str) -> None:
    kept = inspect(jpeg(exif(6, order))).content
    assert b"GPS!" not in kept
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in kept
    assert inspect(kept).content == kept


def test_a_jpeg_keeps_what_tells_a_decoder_its_colours() -> None:
    adobe = b"Adobe\x00\x64\x00\x00\x00\x00\x01"
    kept = inspect(jpeg(segment(0xEE, adobe + b"secret"))).content
    assert segment(0xEE, adobe) in kept
    assert b"secret" not in kept


def test_a_jpeg_may_have_fill_bytes_before_its_segments_and_within_its_picture() -> None:
    scan = SCAN[:-1] + b"\xff\xff\xd0\x78"
    kept = inspect(jpeg(b"\xff\xff" + TABLE, scan=scan)).content
    assert kept == inspect(kept).content
    assert scan in kept


@pytest.mark.parametrize(
    "tiff",
    [
        b"",
        b"XX*\x00\x08\x00\x00\x00\x00\x00",
        b"II*\x00\xff\xff\x00\x00",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01",
        b"II*\x00\x08\x00\x00\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00\x01\x00" + struct.pack("<HHIHH", 0x0112, 3, 1, 9, 0),
    ],
    ids=["empty", "no byte order", "points beyond itself", "breaks off", "says nothing", "a ninth orientation"],
)
def test_an_orientation_that_cannot_be_read_is_no_fault_and_is_left_out(tiff: bytes) -> None:
    assert inspect(jpeg(segment(0xE1, b"Exif\x00\x00" + tiff))).content == inspect(jpeg()).content


@pytest.mark.parametrize("cut", [3, 4, 10, 30, 60, 120, -1, -2, -5])
def test_a_jpeg_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(FileRefused):
        inspect(jpeg()[:cut])


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        jpeg(scan=b""),
        jpeg(b"<html>"),
        jpeg(segment(0xDE, bytes(10))),
        jpeg(segment(0xC0, bytes((8, 255, 255, 255, 255, 1, 1, 0x11, 0)))),
        jpeg(segment(0xC0, b"\x08")),
        jpeg(*[segment(0xFE, b"")] * 10_000),
        b"\xff\xd8\xff\xfe\xff\xff",
        b"\xff\xd8\xff\xfe\x00\x01" + bytes(100),
    ],
)
def test_a_jpeg_that_no_decoder_would_read_is_refused(content: bytes) -> None:
    with pytest.raises(FileMalformed):
        inspect(content)


def test_a_png_loses_what_was_written_around_the_picture() -> None:
    kept = inspect(png(chunk(b"tEXt", b"Author\x00secret"), chunk(b"eXIf", b"secret"), after=b"PKsecret")).content
    assert b"secret" not in kept
    assert kept == png()


@pytest.mark.parametrize(
    "content",
    [
        png()[:-1],
        png()[:20],
        png(rows=1),
        png(rows=5),
        png(chunk(b"IHDR", bytes(13))),
        png(chunk(b"ZZZZ", b"critical")),
        png(width=1 << 30, height=1 << 30, rows=0),
        png(chunk(b"IDAT", zlib.compress(bytes(8)) + b"hidden")),
        png().replace(b"IDAT", b"IDAT"[::-1]),
        png(width=0, rows=0),
        png(*[chunk(b"tEXt", b"")] * 100_000),
        PNG_MARK + chunk(b"IHDR", bytes(12)) + png()[len(PNG_MARK) + 25 :],
        png(chunk(b"IDAT", b"no picture")),
    ],
)
def test_a_png_that_is_not_what_it_says_is_refused(content: bytes) -> None:
    with pytest.raises(FileMalformed):
        inspect(content)


def test_a_png_that_unpacks_without_end_is_refused_early() -> None:
    bomb = png(chunk(b"IDAT", zlib.compress(bytes(50_000_000))))
    assert len(bomb) < 100_000
    with pytest.raises(FileMalformed):
        inspect(bomb)


def test_a_harmless_pdf_is_kept_as_it_is() -> None:
    page = stream(b"/Filter /FlateDecode", zlib.compress(b"BT (JavaScript in a sentence) Tj ET"))
    packed = stream(b"/Type /ObjStm /N 1 /Filter /FlateDecode", zlib.compress(b"3 0 << /Type /Page >>"))
    image = stream(b"/Subtype /Image /Filter /DCTDecode", jpeg())
    content = pdf(CATALOGUE, page, packed, image)
    assert inspect(content).content == content


@pytest.mark.parametrize(
    "thing",
    [
        b"<< /S /JavaScript /JS (app.alert(1)) >>",
        b"<< /S /J#61vaScript /JS (app.alert(1)) >>",
        b"<< /OpenAction 3 0 R >>",
        b"<< /S /Launch /F (cmd.exe) >>",
        b"<< /Names << /EmbeddedFiles 5 0 R >> >>",
        stream(b"/Type/EmbeddedFile", b"MZ"),
        b"<< /S/SubmitForm /F (http://example.com) >>",
        b"<< /#4caunch 1 >>",
        b"<</AcroForm<</XFA 7 0 R>>>>",
        stream(b"/Type /ObjStm /Filter /FlateDecode", zlib.compress(b"<< /S /JavaScript >>")),
        stream(b"/Type /ObjStm /Filter [ /FlateDecode ]", zlib.compress(bytes(5_000_000) + b"<< /OpenAction 1 >>")),
        stream(b"/Type /Obj#53tm /Filter /FlateDecode", zlib.compress(b"<< /S /J#61vaScript >>")),
        stream(b"/Type /ObjStm", b"<< /S /JavaScript >>"),
        stream(b"/Nothing /Filter /FlateDecode", zlib.compress(b"<< /S /JavaScript >>")),
    ],
)
def test_a_pdf_that_acts_is_refused(thing: bytes) -> None:
    with pytest.raises(FileActive):
        inspect(pdf(CATALOGUE, thing))


@pytest.mark.parametrize(
    "content",
    [
        pdf(CATALOGUE)[:-8],
        pdf(CATALOGUE, after=b"PK\x03\x04 archive"),
        pdf(CATALOGUE, after=b"PK\x05\x06 archive\n%%EOF"),
        b"%PDF-1.7\n%%EOF",
        pdf(CATALOGUE, b"<< /Encrypt 9 0 R >>"),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter /LZWDecode", b"????")),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]", b"aa")),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter 9 0 R", b"aa")),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>", b"aa")),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter /FlateDecode", b"not packed")),
        pdf(CATALOGUE, stream(b"/Type /ObjStm /Filter /FlateDecode", zlib.compress(bytes(999))[:-6])),
        b"%PDF-1.7\n obj" + b" " * 70_000 + b"stream\nabc\n%%EOF",
    ],
)
def test_a_pdf_nobody_can_look_into_is_refused(content: bytes) -> None:
    with pytest.raises(FileMalformed):
        inspect(content)


def test_a_name_that_comes_out_in_pieces_is_found() -> None:
    packer = zlib.compressobj()
    beginning = packer.compress(b"<< /S /Java") + packer.flush(zlib.Z_FULL_FLUSH)
    nothing = b"\x00\x00\x00\xff\xff" * 20_000
    end = packer.compress(b"Script >>") + packer.flush()
    with pytest.raises(FileActive):
        inspect(pdf(CATALOGUE, stream(b"/Filter /FlateDecode", beginning + nothing + end)))


def test_a_stream_that_belongs_to_no_object_is_refused() -> None:
    with pytest.raises(FileMalformed):
        inspect(b"%PDF-1.7\nstream\nabc\nendstream\n1 0 obj\n<< >>\nendobj\n%%EOF")


def test_a_pdf_that_unpacks_without_end_is_refused() -> None:
    bomb = stream(b"/Filter /FlateDecode", zlib.compress(bytes(60_000_000), 9))
    with pytest.raises(FileMalformed):
        inspect(pdf(CATALOGUE, bomb, bomb, bomb, bomb, bomb))


def test_a_pdf_of_nothing_but_streams_is_refused_soon() -> None:
    with pytest.raises(FileMalformed):
        inspect(b"%PDF-1.7\nobj " + b"stream\n" * 100_000 + b"\n%%EOF")
