"""The walk over all routes before a service starts: each of them must say who may call it.

The trap: since FastAPI 0.165 `include_router` keeps included routers as one private object, so a loop over
`app.routes` with `isinstance(route, APIRoute)` sees none of the included routes and finds nothing to complain about.
`iter_route_contexts` is the public way in; mounts are entered by hand, and a walk that found nothing is a failure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from chassis.auth.markers import AccessRule, Guarded
from chassis.auth.permissions import PermissionSpec
from chassis.http.guard import refuse_broken_forms
from chassis.http.once import require_key


class UnmarkedRoute(Exception):
    """The application has routes that do not say who may call them. It must not start."""


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """A route as the walk found it.

    Attributes:
        first: the marker stands before whatever else the route asks for.
        once: it needs an idempotency key.
        calls: all it depends on.
        operation: its name in the description; None where it is not described.
    """

    path: str
    methods: tuple[str, ...]
    endpoint: Any
    rules: tuple[AccessRule, ...]
    first: bool = True
    once: bool = False
    calls: tuple[Any, ...] = ()
    operation: str | None = None

    @property
    def name(self) -> str:
        """For messages: `POST /api/payments/v1/deposits`."""
        return f"{','.join(self.methods) or 'ANY'} {self.path}"

    @property
    def rule(self) -> AccessRule:
        """The one rule of a checked route."""
        return self.rules[0]


def declared_routes(app: FastAPI) -> list[DeclaredRoute]:
    """Every route of the application, those of included routers and of mounted applications among them."""
    return walked(app.routes)


def walked(routes: Sequence[BaseRoute]) -> list[DeclaredRoute]:
    """The same of some of an application's routes."""
    return list(_walk(routes, ""))


def check_routes(found: Sequence[DeclaredRoute], permissions: Sequence[PermissionSpec]) -> None:
    """Let the routes of an application pass when all is well with them.

    Raises:
        UnmarkedRoute: a route has no marker or several, asks for a permission nobody declared, or there are no routes.
    """
    known = {spec.id: spec for spec in permissions}
    raw = [route.path for route in found if isinstance(route.endpoint, Guarded)]
    wrong = [line for route in found for line in (*_faults(route, known), *_hidden(route, raw))]
    if wrong:
        raise UnmarkedRoute("The service must not start:\n" + "\n".join(f"  {line}" for line in wrong))
    if not found:
        raise UnmarkedRoute("The walk found no route at all: it looks in the wrong place.")


def _faults(route: DeclaredRoute, known: Mapping[str, PermissionSpec]) -> Iterator[str]:
    if not route.rules:
        yield f"{route.name} has no marker (Requires, Player, PlayerOr, AnyStaff, Internal or Public)"
        return
    if len(route.rules) > 1:
        yield f"{route.name} has {len(route.rules)} markers: {', '.join(rule.label for rule in route.rules)}"
    if not route.first:
        yield f"{route.name} asks for something else before its marker: declare the caller first"
    if route.rule.permission is None:
        return
    spec = known.get(route.rule.permission)
    if spec is None:
        yield f"{route.name} asks for {route.rule.permission}, which no PermissionSpec declares"
    elif spec.four_eyes and not route.rule.proposes:
        yield f"{route.name} asks for {route.rule.permission}, which takes two people, and does not propose"


def _hidden(route: DeclaredRoute, raw: Sequence[str]) -> Iterator[str]:
    for path in raw:
        if route.path.startswith(path + "/"):
            yield f"{route.name} is hidden by what is mounted at {path}"


def _walk(routes: Sequence[BaseRoute], prefix: str) -> Iterator[DeclaredRoute]:
    for context in iter_route_contexts(routes):
        route = context.original_route
        path = prefix + (context.path or "")
        if isinstance(route, Mount):
            yield from _walk_mount(route, prefix + route.path)
            continue
        dependant: Dependant | None = getattr(context, "dependant", None)
        given = context.methods or set()
        methods = tuple(sorted(given - {"HEAD"} or given))
        if dependant is None:
            yield DeclaredRoute(path, methods, context.endpoint, ())
        else:
            described = getattr(context, "include_in_schema", False)
            operation = getattr(context, "unique_id", None) if described else None
            yield DeclaredRoute(path, methods, context.endpoint, *_asked_for(dependant), operation)


def _walk_mount(mount: Mount, path: str) -> Iterator[DeclaredRoute]:
    inner = mount.app
    if isinstance(inner, Guarded):
        yield DeclaredRoute(path, (), inner, (inner.rule,))
    elif mount.routes:
        yield from _walk(mount.routes, path)
    else:
        yield DeclaredRoute(path, (), inner, ())


def _asked_for(dependant: Dependant) -> tuple[tuple[AccessRule, ...], bool, bool, tuple[Any, ...]]:
    """The rules anywhere in the tree of dependencies, whether one of them stands first, whether a key is needed, and
    the whole tree.
    """
    calls: list[Any] = []
    waiting = list(dependant.dependencies)
    while waiting:
        one = waiting.pop(0)
        calls.append(one.call)
        waiting.extend(one.dependencies)
    rules = tuple(dict.fromkeys(call for call in calls if isinstance(call, AccessRule)))
    direct = [one.call for one in dependant.dependencies if one.call is not refuse_broken_forms]
    return rules, bool(direct) and isinstance(direct[0], AccessRule), require_key in calls, tuple(calls)
