"""The requests that pages of docs/ show can be sent: the shell understands them, a machine with curl and Python has
what they need, the route is there, and the body is what it takes.

What is answered is tried for two of the pages, by the journeys (`tests-e2e/journey/documented.py`).
"""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tools.repository import ROOT

API: dict[str, Any] = json.loads((ROOT / "gateway/src/gateway/generated/openapi.json").read_text())

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"\$\{?([A-Z_]+)")
_VALUED = ("-H", "-X", "-d", "--data-binary", "--max-time")
_SHELL = r"""
PATH=/nowhere
curl() { printf '%s\037' "$@" >> sent; printf '\036' >> sent; }
python3() { while read -r _; do :; done; echo '$MADE'; }
date() { echo 1; }
head() { :; }
"""
"""All that a line may use. What curl is given is written down; what is made of an answer is called `$MADE`."""


REFUSED = {"stauts", "last_name"}
"""What a page shows being refused."""


def blocks_of(page: Path) -> list[str]:
    """The blocks of a page that send something."""
    blocks = _BLOCK.findall(page.read_text())
    return [block for language, block in blocks if language in ("", "sh") and "curl -s" in block]


PAGES = [page for page in sorted((ROOT / "docs").glob("**/*.md")) if blocks_of(page)]


def sent_by(blocks: Sequence[str], where: Path) -> list[tuple[str, str, set[str], str | None]]:
    """Method, address, names of headers and body of each request, as a shell sends them that knows no name's value."""
    names = {name for block in blocks for name in _NAME.findall(block)} - {"API"}
    known = ["API=/api", *(f"{name}='${name}'" for name in sorted(names))]
    script = "\n".join([_SHELL, *known, *blocks])
    ran = subprocess.run(["/bin/sh"], input=script, cwd=where, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.stderr, ran.returncode) == ("", 0)
    sent = [_request(one.split("\037")[:-1]) for one in (where / "sent").read_text().split("\036")[:-1]]
    return [one for one in sent if not one[1].startswith("https://")]


def _request(words: list[str]) -> tuple[str, str, set[str], str | None]:
    options: dict[str, list[str]] = {name: [] for name in _VALUED}
    path, rest = "", iter(words)
    for word in rest:
        if word in options:
            options[word].append(next(rest))
        elif not word.startswith("-"):
            path = word
    body = next(iter(options["-d"]), None)
    method = next(iter(options["-X"]), "GET" if body is None else "POST")
    return method, path, {one.partition(":")[0] for one in options["-H"]}, body


def _operation(method: str, path: str) -> dict[str, Any]:
    for known, operations in API["paths"].items():
        if method.lower() in operations and re.fullmatch(re.sub(r"{[^}]*}", "[^/]+", known), path):
            found: dict[str, Any] = operations[method.lower()]
            return found
    raise AssertionError(f"{method} {path}: there is no such route")


def _wrong(schema: dict[str, Any], body: str) -> list[str]:
    """What of the body the route would not take; nothing is said of what the lines before make."""
    if body.startswith("$"):
        return []
    value = json.loads(re.sub(r"(?<=[\[ ])(\$[A-Z]+)(?=[\],} ])", r'"\1"', body))
    errors = Draft202012Validator({**schema, "components": API["components"]}).iter_errors(value)
    return [error.message for error in errors if not str(error.instance).startswith("$")]


def test_the_pages_that_people_work_by_show_how() -> None:
    names = ("disputes", "fraud", "ledger", "notifications", "reconciliation", "routing", "secrets", "unknown-outcomes")
    assert {f"{name}.md" for name in names} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_can_be_sent(page: Path, tmp_path: Path) -> None:
    for method, address, headers, body in sent_by(blocks_of(page), tmp_path):
        path, _, query = address.partition("?")
        operation = _operation(method, path)
        asked = {one.partition("=")[0] for one in query.split("&") if one}
        known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert method != "GET" or asked - REFUSED <= known, address
        parameters = [one for one in operation.get("parameters", ()) if one["in"] == "header" and one.get("required")]
        assert {one["name"] for one in parameters} <= headers, f"{method} {path}"
        if body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert _wrong(schema, body) == [], f"{method} {path}"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('curl -s "$API/payments/v1/nothing"', "no such route"),
        ('curl -s "$API/payments/v1/deposits" -H "K: $(uuidgen)"', "uuidgen"),
        ('curl -s "$API/payments/v1/deposits', "nterminated"),
    ],
)
def test_what_cannot_be_sent_is_found(line: str, wrong: str, tmp_path: Path) -> None:
    def send() -> None:
        for method, address, _, _ in sent_by([f"{line}\n"], tmp_path):
            _operation(method, address.partition("?")[0])

    with pytest.raises(AssertionError, match=wrong):
        send()
