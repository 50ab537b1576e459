"""Whatever is raised while a request is worked on, as a problem document."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.domain import DomainError
from chassis.http.problems import STATUS_CODES, RequestProblem, domain_problem, problem_response
from chassis.http.validation import field_errors

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def install_handlers(app: FastAPI) -> None:
    """Make the application answer in problem documents only. What is not handled here, `Observed` answers with 500."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)


async def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return domain_problem(request.scope, error)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = list(error.errors())
    if _unreadable(request, found):
        detail = "Send the body as application/json." if not _wants_form(request) else "Send the body as a form."
        return problem_response(request.scope, 415, "unsupported_media_type", detail)
    errors = field_errors(found)
    named = ", ".join(one.field for one in errors[:5])
    return problem_response(request.scope, 422, "invalid_request", f"Not acceptable: {named}.", errors=errors)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    if isinstance(error, RequestProblem):
        return problem_response(
            request.scope,
            status,
            error.code,
            error.detail,
            errors=error.errors,
            headers=error.headers,
            hint=error.hint,
        )
    code = STATUS_CODES.get(status)
    if status == 404 and "endpoint" not in request.scope:
        code = "route_not_found"
    if status == 400 and "parsing the body" in str(error.detail):
        code = "invalid_body"
    return problem_response(request.scope, status, code, str(error.detail), headers=error.headers)


def _unreadable(request: Request, found: list[dict[str, Any]]) -> bool:
    """Whether the body is missed only because it came in a form the route does not read."""
    if not any(one["loc"] and one["loc"][0] == "body" for one in found) or not _has_body(request):
        return False
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if _wants_form(request):
        return kind not in _FORMS
    return not (kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")))


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _wants_form(request: Request) -> bool:
    route = request.scope.get("route")
    body_field = getattr(route, "body_field", None)
    return body_field is not None and type(body_field.field_info).__name__ in ("Form", "File")
