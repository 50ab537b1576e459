"""The routing table, generated from the services' own OpenAPI documents: what is not in it does not exist here."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from chassis.auth import Caller
from chassis.http import RequestProblem


@dataclass(frozen=True, slots=True)
class Route:
    """One thing a client may ask for.

    Attributes:
        service: who answers.
        template: the path with its parameters in braces; metrics and logs know the route by it.
        public: asked without a token.
        access: who may ask: `public`, `player`, `any staff`, `any person`, `permission`, or `player or permission`.
        permission: the one that is asked for, if one is.
        risk: how much harm the permission can do.
        keyed: it takes an `Idempotency-Key`: asked twice with the same one it happens once.
        upload: its body is a file: streamed, with the larger cap.
        most_bytes: its body may be so large, where its service says so.
        stream: it answers with a stream of events.
    """

    service: str
    method: str
    template: str
    public: bool
    upload: bool
    access: str = "permission"
    permission: str | None = None
    risk: str | None = None
    keyed: bool = False
    most_bytes: int | None = None
    stream: bool = False

    def open_to(self, caller: Caller | None) -> bool:
        """Whether this caller (None: a stranger) may ask for it somewhere, if need be after proving anew who it is."""
        if caller is None or self.public:
            return self.public
        if self.access == "any person":
            return caller.kind in ("staff", "player")
        if caller.is_player:
            return self.access.startswith("player")
        if self.permission is not None:
            return caller.kind != "service" and caller.decide(self.permission).outcome != "deny"
        return self.access == "any staff" and caller.kind == "staff"


class RouteTable:
    """Finds the route of a path by walking its segments; a literal segment wins over a parameter.

    >>> table = RouteTable([Route("games", "GET", "/api/games/v1/rounds/{round_id}", False, False)])
    >>> table.match("GET", "/api/games/v1/rounds/7").template
    '/api/games/v1/rounds/{round_id}'
    """

    def __init__(self, routes: list[Route]) -> None:
        self._root: dict[str, Any] = {}
        for route in routes:
            node = self._root
            for segment in route.template.split("/")[1:]:
                node = node.setdefault("{}" if segment.startswith("{") else segment, {})
            node.setdefault("", {})[route.method] = route

    def match(self, method: str, path: str) -> Route:
        """The route; RequestProblem 404 for an unknown path, 405 for a known one that is not asked this way."""
        methods = _walk(self._root, path.split("/")[1:])
        if methods is None:
            raise RequestProblem(404, "route_not_found", "There is no such address.")
        route: Route | None = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if route is None:
            problem = RequestProblem(405, "method_not_allowed", "This address is not asked this way.")
            problem.headers = {"Allow": ", ".join(sorted(methods))}
            raise problem
        return route


def _walk(node: dict[str, Any], segments: list[str]) -> dict[str, Route] | None:
    if not segments:
        return node.get("")
    head, *tail = segments
    for choice in (head, "{}"):
        if choice and choice in node:
            found = _walk(node[choice], tail)
            if found is not None:
                return found
    return None


def load_routes() -> list[Route]:
    """The generated table; `make contracts` writes it."""
    return [Route(**entry) for entry in json.loads(_generated("routes.json"))]


def load_openapi() -> bytes:
    """The generated OpenAPI document over all services."""
    return _generated("openapi.json").encode()


def _generated(name: str) -> str:
    return (files("gateway") / "generated" / name).read_text()
