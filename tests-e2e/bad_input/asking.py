"""Asking, and what every refusal has to be."""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
from services.verification.tests.component.world import png

from bad_input.example import Example
from bad_input.houses import House
from bad_input.operations import Operation

_CODE = re.compile(r"^([a-z][a-z0-9_]{2,60}|LST(1[0-9]{2}|_[A-Z_]+))$")
_PARTS = {"type", "title", "status", "code", "detail", "errors", "request_id"}
_OF_LISTS = {"message", "details", "hint"}
_INSIDES = re.compile(r"Traceback|File \"|sqlalchemy|asyncpg|psycopg|pydantic\.|SELECT |INSERT |\.py\b", re.IGNORECASE)

JSON = {"Content-Type": "application/json"}


async def ask(
    house: House,
    operation: Operation,
    example: Example,
    *,
    body: Any = ...,
    raw: bytes | None = None,
    path: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Make the example's request, with another body, path or headers where these are given."""
    made: dict[str, Any] = {"headers": dict(house.headers(operation, example) if headers is None else headers)}
    if example.query:
        made["params"] = dict(example.query)
    if raw is not None:
        made["content"] = raw
        made["headers"] = {**JSON, **made["headers"]}
    elif operation.takes_json:
        made["content"] = encoded(house.body(example) if body is ... else body)
        made["headers"] = {**JSON, **made["headers"]}
    elif example.form is not None:
        made["data"] = dict(example.form)
        made["files"] = {"file": ("a.png", png(1), "image/png")}
    return await house.client.request(operation.method.upper(), path or house.path(operation, example), **made)


def encoded(body: Any) -> bytes:
    """As JSON; characters that no UTF-8 has come escaped."""
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def problem(answer: httpx.Response, *statuses: int, why: str = "") -> dict[str, Any]:
    """The problem document of a refusal, once it is in order and tells nothing of our insides."""
    assert 400 <= answer.status_code < 500, f"{why}: {answer.status_code} {answer.text[:500]}"
    assert not statuses or answer.status_code in statuses, f"{why}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json", f"{why}: {answer.text[:500]}"
    document: dict[str, Any] = answer.json()
    assert set(document) - (_OF_LISTS if document["code"].startswith("LST") else set()) == _PARTS, f"{why}: {document}"
    assert document["status"] == answer.status_code, f"{why}: {document}"
    assert _CODE.match(document["code"]), f"{why}: {document}"
    assert not _INSIDES.search(answer.text), f"{why}: {document}"
    for one in document["errors"]:
        assert one["field"], f"{why}: {document}"
        assert _CODE.match(one["code"]), f"{why}: {document}"
    return document


def blamed(document: Mapping[str, Any]) -> list[str]:
    """The fields a problem names."""
    return [one["field"] for one in document["errors"]]


def words(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a problem tells, without what differs from request to request."""
    return tuple(document[name] for name in ("status", "code", "title", "detail", "errors"))
