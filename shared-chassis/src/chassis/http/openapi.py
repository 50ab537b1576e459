"""The description of the API, completed with what the code already says: permissions, risks, problems."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from chassis.auth.permissions import PermissionSpec
from chassis.http.once import PARAMETER
from chassis.http.problems import MEDIA_TYPE, Problem
from chassis.http.routes import DeclaredRoute

_REF = "#/components/schemas/{model}"

_PROBLEMS = {
    "400": "The request is not formed as it must be.",
    "401": "No valid token, password or signature.",
    "403": "Not permitted.",
    "404": "There is no such thing, or not for this caller.",
    "409": "Understood, and refused by the rules of the business.",
    "413": "The body is too large.",
    "415": "The body has a form this route does not read.",
    "422": "Fields are missing, unknown or malformed.",
    "429": "Too many requests.",
}
_WITH_BODY = {"413", "415"}


def operation_id(route: APIRoute) -> str:
    """The name of an operation: that of its function, which must be unique within the service and stays stable."""
    return route.name


def check_names(routes: Iterable[DeclaredRoute]) -> None:
    """ValueError when two operations have the same name: the start is refused, long before anybody asks for them."""
    seen: dict[str, str] = {}
    for route in routes:
        if route.operation is not None and seen.setdefault(route.operation, route.name) != route.name:
            other = seen[route.operation]
            raise ValueError(f"{route.name} and {other} are both named {route.operation}: rename one of the functions")


def describe(app: FastAPI, routes: Iterable[DeclaredRoute], permissions: Iterable[PermissionSpec]) -> dict[str, Any]:
    """The OpenAPI document of routes that were checked. It takes half a second of work where there are many."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Duplicate Operation ID")  # See `check_names`.
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    declared = {(route.path, method.lower()): route for route in routes for method in route.methods}
    risks = {spec.id: spec.risk for spec in permissions}
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            _complete(operation, method, declared[(path, method)], risks)
    _components(document)
    return document


def _complete(operation: dict[str, Any], method: str, route: DeclaredRoute, risks: Mapping[str, str]) -> None:
    rule = route.rule
    if route.once:
        operation.setdefault("parameters", []).append(PARAMETER)
    operation["x-access"] = rule.label
    if rule.permission is not None:
        operation["x-permission"] = rule.permission
        operation["x-risk"] = risks[rule.permission]
    operation["security"] = {"access": [{"accessToken": []}], "service": [{"serviceToken": []}]}.get(rule.tokens, [])
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    for status, meaning in _PROBLEMS.items():
        # A public write may still refuse the proof its body brings: a password, a partner's signature.
        if rule.tokens == "none" and (status == "403" or (status == "401" and method == "get")):
            continue
        if status in _WITH_BODY and "requestBody" not in operation:
            continue
        content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        responses.setdefault(status, {"description": meaning, "content": content})


def _components(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["securitySchemes"] = {
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "serviceToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
