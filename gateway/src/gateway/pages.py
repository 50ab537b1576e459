"""The OpenAPI document over all services, as far as it concerns whoever asks, and a page to explore it. Everything is
served from here: nothing is fetched elsewhere.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, Public
from gateway.own import OWN_ROUTES
from gateway.routes import Route, load_openapi, load_routes

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
_STATIC = {"explorer.js": "text/javascript", "explorer.css": "text/css"}
_REFERENCE = "#/components/schemas/"
_MOST_KEPT = 64

Asks = Callable[[Mapping[bytes, bytes], str], Awaitable[Caller | None]]


class Description:
    """The document over all services, cut to what one caller may ask for."""

    def __init__(self, document: Mapping[str, Any], routes: list[Route]) -> None:
        self._document = document
        self._routes = routes
        self._kept: OrderedDict[frozenset[tuple[str, str]], bytes] = OrderedDict()

    def of(self, caller: Caller | None) -> bytes:
        """What this caller may ask for, with the schemas that it needs; for None what strangers may."""
        open_to = frozenset((one.template, one.method) for one in self._routes if one.open_to(caller))
        made = self._kept.get(open_to)
        if made is None:
            made = self._kept[open_to] = json.dumps(self._cut(open_to), ensure_ascii=False).encode()
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _cut(self, open_to: frozenset[tuple[str, str]]) -> dict[str, Any]:
        paths = {
            path: {name: _told(one, open_to) for name, one in item.items() if (path, name.upper()) in open_to}
            for path, item in self._document["paths"].items()
        }
        paths = {path: item for path, item in paths.items() if item}
        schemas: dict[str, Any] = self._document["components"]["schemas"]
        needed: dict[str, Any] = {}
        ahead = list(_references(paths))
        while ahead:
            name = ahead.pop()
            if name not in needed:
                needed[name] = schemas[name]
                ahead.extend(_references(schemas[name]))
        components = {**self._document["components"], "schemas": dict(sorted(needed.items()))}
        return {**self._document, "paths": paths, "components": components}


def _told(operation: dict[str, Any], open_to: frozenset[tuple[str, str]]) -> dict[str, Any]:
    """An operation without the filters of lists that are not open: their names are nobody else's business."""
    parameters = operation.get("parameters", [])
    kept = [one for one in parameters if "x-list" not in one or (one["x-list"], "GET") in open_to]
    return operation if len(kept) == len(parameters) else {**operation, "parameters": kept}


def _references(part: Any) -> set[str]:
    """The names of the schemas that are referred to."""
    if isinstance(part, dict):
        own = part.get("$ref")
        found = {own.removeprefix(_REFERENCE)} if isinstance(own, str) and own.startswith(_REFERENCE) else set()
        return found.union(*map(_references, part.values()))
    if isinstance(part, list):
        return set().union(*map(_references, part))
    return set()


def pages(asks: Asks) -> APIRouter:
    """The routes.

    Args:
        asks: who makes a request with these headers; None for a stranger.
    """
    router = APIRouter(include_in_schema=False)
    description = Description(json.loads(load_openapi()), [*load_routes(), *OWN_ROUTES])

    @router.get("/openapi.json", dependencies=[Public("each is shown what is open to him")])
    async def openapi(request: Request) -> Response:
        """Every address whoever asks may use."""
        caller = await asks(dict(request.scope["headers"]), "GET")
        headers = {"Cache-Control": "private, no-store", "Vary": "Authorization, Cookie"}
        return Response(description.of(caller), media_type="application/json", headers=headers)

    @router.get("/docs", dependencies=[Public("the explorer shows what /openapi.json says")])
    async def explorer() -> Response:
        """A page that lists addresses, shows what they take and give, and calls them."""
        page = (files("gateway") / "static" / "explorer.html").read_bytes()
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    @router.get("/docs/{name}", dependencies=[Public("the explorer's own script and style")])
    async def asset(name: str) -> Response:
        """The explorer's script and style."""
        if name not in _STATIC:
            return Response(status_code=404)
        return Response((files("gateway") / "static" / name).read_bytes(), media_type=_STATIC[name])

    return router
