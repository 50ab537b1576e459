"""Every answer that is not a success is a problem document (RFC 9457) with a stable code."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from chassis.auth.errors import StepUpNeeded
from chassis.domain import DomainError
from chassis.telemetry.record import RequestRecord

MEDIA_TYPE = "application/problem+json"

_MOST_ERRORS = 50
_LONGEST_TEXT = 500
_LONGEST_FIELD = 200

STATUS_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "refused",
    411: "length_required",
    412: "precondition_failed",
    413: "body_too_large",
    414: "target_too_long",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid_request",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
    502: "upstream_failed",
    503: "unavailable",
    504: "upstream_timeout",
}
"""The code of a status that came without one of its own."""


class FieldError(BaseModel):
    """One thing that is wrong with one field."""

    field: str = Field(description="Path of the field: `destination.iban`, `items[3].amount_minor`, `header.X`")
    code: str = Field(description="Stable; clients branch on it")
    message: str = Field(description="One sentence for a person")


class Problem(BaseModel):
    """What went wrong, for a program (`code`) and for a person (`detail`)."""

    type: str = Field(description="A reference to the kind of problem")
    title: str
    status: int
    code: str = Field(description="Stable; clients branch on it")
    detail: str
    errors: list[FieldError] = []
    message: str | None = Field(default=None, description="Of lists: the same as detail")
    details: str | None = Field(default=None, description="Of lists: what is to blame")
    hint: str | None = Field(default=None, description="Of lists: what would be understood")
    request_id: str | None = Field(default=None, description="Quote it when you ask for help")


class RequestProblem(HTTPException):
    """A request that is refused before anyone looks at what it wants.

    It is an HTTPException because FastAPI turns everything else that is raised while a body is read into a bare 400.

    Attributes:
        code: stable.
        errors: the fields to blame.
        hint: what would be understood instead; the answer then speaks as PostgREST does, too.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> None:
        self.code = code
        self.hint = hint
        self.errors = list(errors)
        super().__init__(status, detail or sentence(code), dict(headers or {}))


def sentence(code: str) -> str:
    """A code read as a sentence, where there are no better words.

    >>> sentence("route_not_found")
    'Route not found.'
    """
    return f"{code.replace('_', ' ').capitalize()}."


def problem_response(
    scope: Scope,
    status: int,
    code: str | None = None,
    detail: str = "",
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    hint: str = "",
) -> Response:
    """The problem as an answer. Text is cut short and escaped to ASCII, so that no input can break the answer."""
    code = code or STATUS_CODES.get(status, f"http_{status}")
    record = RequestRecord.find(scope)
    document: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": _title(status),
        "status": status,
        "code": code,
        "detail": (detail or sentence(code))[:_LONGEST_TEXT],
        "errors": [
            {"field": one.field[:_LONGEST_FIELD], "code": one.code, "message": one.message[:_LONGEST_TEXT]}
            for one in errors[:_MOST_ERRORS]
        ],
        "request_id": str(record.request_id) if record else None,
    }
    if hint:
        blamed = ", ".join(one["field"] for one in document["errors"])
        document |= {"message": document["detail"], "details": blamed or None, "hint": hint[:_LONGEST_TEXT]}
    answer = Response(json.dumps(document, ensure_ascii=True), status_code=status, media_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def domain_problem(scope: Scope, error: DomainError) -> Response:
    """A refusal as an answer."""
    errors = [FieldError(field=one.field, code=one.code, message=one.detail) for one in error.blames]
    headers = error.headers if isinstance(error, StepUpNeeded) else None
    return problem_response(scope, error.status, error.code, error.detail, errors=errors, headers=headers)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Problem"
