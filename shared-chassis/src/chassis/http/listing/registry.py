"""Every list an application serves, found in its routes: what tests and pages about all lists are made from."""

from dataclasses import dataclass

from fastapi import FastAPI

from chassis.auth.markers import AccessRule
from chassis.http.listing.spec import ListSpec
from chassis.http.routes import declared_routes


@dataclass(frozen=True, slots=True)
class ServedList:
    """A list where it is served.

    Attributes:
        path: of the list itself; `/query` and `/meta` stand beneath it.
        rule: who may see it.
        export: the permission to take it away, as a file or a page as CSV; None where that is not offered.
    """

    path: str
    spec: ListSpec
    rule: AccessRule
    export: str | None = None


def served_lists(app: FastAPI) -> list[ServedList]:
    """The lists of the application by address."""
    found = {
        route.path: ServedList(route.path, spec, route.rule, export=route.endpoint.served.export)
        for route in declared_routes(app)
        if isinstance(spec := getattr(route.endpoint, "serves", None), ListSpec)
    }
    return [found[path] for path in sorted(found)]
