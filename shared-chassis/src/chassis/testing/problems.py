"""Reading problem documents in tests."""

from typing import Any

import httpx

_PARTS = {"type", "title", "status", "code", "detail", "errors", "request_id"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, once status, code and form are what they should be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document: dict[str, Any] = answer.json()
    assert document["code"] == code, document
    assert document["status"] == status, document
    assert set(document) - {"message", "details", "hint"} == _PARTS, document
    assert document["request_id"] == answer.headers["x-request-id"], document
    return document


def fields(document: dict[str, Any]) -> dict[str, str]:
    """The code of each field a problem names."""
    return {one["field"]: one["code"] for one in document["errors"]}
