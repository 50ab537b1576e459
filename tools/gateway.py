"""`python -m tools.gateway [--check]`: the gateway's routing table and the OpenAPI document over all services.

Both are made from what the services themselves say about their routes, so a route cannot be open at the gateway and
closed behind it, or the other way round. The document has what the gateway itself serves as well. `--check` fails when
what is committed is older than the code.
"""

import argparse
import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.runtime import http_application
from chassis.testing.environment import make_settings
from contracts.registry import SERVICES
from gateway.own import own_paths, own_schemas

GENERATED = Path(__file__).parents[1] / "gateway" / "src" / "gateway" / "generated"

_REFERENCE = re.compile(r"#/components/schemas/")
_SHARED = frozenset({"Problem", "FieldError"})
_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_FAILURES = {
    "502": "The service broke off; what was asked may have happened. Repeat it with the same key.",
    "503": "The service cannot be reached just now; nothing happened. Try again.",
    "504": "The service did not answer in time; what was asked may have happened. Repeat it with the same key.",
}
_ELSEWHERE = {f"{name}_url": f"http://{name}.invalid" for name in SERVICES}


def describe(service: str) -> dict[str, Any]:
    """A service's own OpenAPI document, made without starting it."""
    settings = import_module(f"{service}.settings").Settings
    known = {name: value for name, value in _ELSEWHERE.items() if name in settings.model_fields}
    built = import_module(f"{service}.main").build(make_settings(settings, **known))
    document: dict[str, Any] = http_application(built).openapi()
    return document


def public_paths(document: dict[str, Any], service: str) -> dict[str, Any]:
    """The paths frontends use, and what everybody may know at its well-known address (RFC 8615): the keys of tokens and
    where programs get one. Partners' and internal paths are not the gateway's.
    """
    known = (f"/api/{service}/", "/.well-known/")
    return {path: item for path, item in document["paths"].items() if path.startswith(known)}


_FILES = {"multipart/form-data", "application/octet-stream"}


def routes_of(service: str, paths: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of the routing table."""
    return [
        {
            "service": service,
            "method": method.upper(),
            "template": path,
            "public": operation.get("security") == [],
            "access": operation["x-access"].partition(":")[0],
            "permission": operation.get("x-permission"),
            "risk": operation.get("x-risk"),
            "keyed": any(one.get("name") == "Idempotency-Key" for one in operation.get("parameters", [])),
            "upload": not _FILES.isdisjoint(operation.get("requestBody", {}).get("content", {})),
            "most_bytes": operation.get("x-max-body-bytes"),
            "stream": "text/event-stream" in operation["responses"].get("200", {}).get("content", {}),
        }
        for path, operations in sorted(paths.items())
        for method, operation in sorted(operations.items())
    ]


def renamed(service: str, part: Any) -> Any:
    """The same with the service's name before its schemas and operation ids, so that two services never collide."""
    if isinstance(part, dict):
        return {name: _renamed_value(service, name, value) for name, value in part.items()}
    if isinstance(part, list):
        return [renamed(service, one) for one in part]
    return part


def _renamed_value(service: str, name: str, value: Any) -> Any:
    if name == "$ref" and isinstance(value, str):
        target = _REFERENCE.sub("", value)
        return value if target in _SHARED else f"#/components/schemas/{service}.{target}"
    if name == "operationId":
        return f"{service}_{value}"
    return renamed(service, value)


def with_failures(paths: dict[str, Any]) -> dict[str, Any]:
    """The same with what the gateway itself answers when the service behind it cannot."""
    for operations in paths.values():
        for operation in operations.values():
            for status, description in _FAILURES.items():
                operation["responses"].setdefault(status, {**_PROBLEM, "description": description})
    return paths


def generate() -> dict[str, str]:
    """File name -> content."""
    table: list[dict[str, Any]] = []
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Pitboss", "version": "0.1.0", "description": "The API for frontends, through the gateway."},
        "paths": {},
        "components": {"schemas": {}},
    }
    for service in SERVICES:
        own = describe(service)
        paths = public_paths(own, service)
        table += routes_of(service, paths)
        document["paths"] |= with_failures(renamed(service, dict(sorted(paths.items()))))
        components = own.get("components", {})
        document["components"] |= {name: value for name, value in components.items() if name != "schemas"}
        for name, schema in sorted(components.get("schemas", {}).items()):
            key = name if name in _SHARED else f"{service}.{name}"
            document["components"]["schemas"][key] = renamed(service, schema)
    document["paths"] |= own_paths(document["paths"])
    document["components"]["schemas"] |= own_schemas()
    return {
        "routes.json": json.dumps(table, indent=1) + "\n",
        "openapi.json": json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(prog="python -m tools.gateway", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when a file is out of date")
    options = parser.parse_args(arguments)
    files = generate()
    if not options.check:
        GENERATED.mkdir(exist_ok=True)
        for name, content in files.items():
            (GENERATED / name).write_text(content)
        return 0
    old = [name for name, content in files.items() if (GENERATED / name).read_text() != content]
    for name in old:
        print(f"gateway/src/gateway/generated/{name} is out of date: run `python -m tools.gateway`")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
