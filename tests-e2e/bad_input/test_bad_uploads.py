"""Uploads: forms that are none, fields that are missing or twice, files that are too large or no documents."""

from typing import Any

import pytest
from services.verification.tests.component.world import png

from bad_input.asking import problem
from bad_input.calm import CalmHouses
from bad_input.examples import EXAMPLES
from bad_input.operations import WRITES

UPLOADS = [one for one in WRITES if "multipart/form-data" in one.media]
PNG = ("a.png", png(7), "image/png")
LINE = b"\r\n"
REFUSED = (415, 422)


def _form(*parts: tuple[bytes, bytes]) -> dict[str, Any]:
    """A form written by hand: (headers, content) of each part."""
    body = b"".join(b"--b" + LINE + head + LINE + LINE + content + LINE for head, content in parts) + b"--b--" + LINE
    return {"content": body, "headers": {"Content-Type": "multipart/form-data; boundary=b"}}


def _named(name: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="' + name + b'"'


KIND, FILE = (_named(b"kind"), b"passport"), (_named(b"file"), png(7))
FORMS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "nothing": ({}, REFUSED),
    "JSON": ({"json": {"kind": "passport", "file": "x"}}, (415,)),
    "no file": ({"data": {"kind": "passport"}, "files": {"other": PNG}}, (422,)),
    "no kind": ({"files": {"file": PNG}}, (422,)),
    "a file as a text": (_form(KIND, (_named(b"file"), b"text")), REFUSED),
    "an unknown kind": ({"data": {"kind": "selfie with a cat"}, "files": {"file": PNG}}, (422,)),
    "a NUL as kind": ({"data": {"kind": "pass\x00port"}, "files": {"file": PNG}}, (422,)),
    "a kind of 100 kB": ({"data": {"kind": "x" * 100_000}, "files": {"file": PNG}}, (422,)),
    "a surplus field": ({"data": {"kind": "passport", "casino_id": "x"}, "files": {"file": PNG}}, (422,)),
    "a field twice": (_form(KIND, KIND, FILE), (422,)),
    "not UTF-8": (_form((_named(b"kind"), b"\xff\xfe"), FILE), (422,)),
    "a NUL in a name": (_form((_named(b"ki\x00nd"), b"passport"), FILE), (400, 422)),
    "no boundary": ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, (415,)),
    "broken off": ({"content": b"--b\r\nCont", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, (400,)),
    "an empty file": ({"data": {"kind": "passport"}, "files": {"file": ("a.png", b"", "image/png")}}, (422,)),
    "half a picture": (
        {"data": {"kind": "passport"}, "files": {"file": ("a.png", png(7)[:40], "image/png")}},
        (415, 422),
    ),
    "a page": ({"data": {"kind": "passport"}, "files": {"file": ("a.png", b"<script>", "image/png")}}, REFUSED),
    "40 MB": ({"data": {"kind": "passport"}, "files": {"file": ("a.png", b"x" * 40_000_000, "image/png")}}, (413,)),
}


@pytest.mark.parametrize("operation", UPLOADS, ids=repr)
async def test_a_bad_form_is_refused(operation: Any, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before, path = await house.rows(), house.path(operation, example)
    for name, (form, statuses) in FORMS.items():
        headers = {**house.headers(operation, example), **form.get("headers", {})}
        answer = await house.client.post(path, **{**form, "headers": headers})
        document = problem(answer, *statuses, why=name)
        assert document["errors"] or answer.status_code in (400, 413, 415), (name, document)
    assert await house.rows() == before
