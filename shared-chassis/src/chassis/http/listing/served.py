"""The lists of a service as jobs meet them: what a list is made of, and how it is read again without its request."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.params import Depends as Marker
from fastapi.routing import iter_route_contexts
from sqlalchemy import ColumnElement
from starlette.datastructures import State

from chassis.auth.caller import Caller
from chassis.domain import NotFound
from chassis.http.listing.saved import at
from chassis.http.listing.spec import Finish, ListSpec
from chassis.http.problems import RequestProblem

T = TypeVar("T")
Where = Sequence[ColumnElement[bool]]
Work = Callable[[Request, Where], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Served:
    """A list at an address.

    Attributes:
        path: of the list, with the parameters of its router.
        marker: who may see it.
        narrow: the dependency that gives the conditions the path itself means.
        export: the permission to take it away as a file, if that is offered.
    """

    spec: ListSpec
    path: str
    marker: Marker
    narrow: Callable[..., Any]
    finish: Callable[[Request, Caller], Finish | None]
    export: str | None = None

    @property
    def permission(self) -> str:
        """The permission of the list; LookupError when it asks for none."""
        permission: str | None = getattr(self.marker.dependency, "permission", None)
        if permission is None:
            raise LookupError(f"the list of {self.spec.name} asks for no permission")
        return permission


def served_by(routers: Sequence[APIRouter]) -> Iterator[Served]:
    """The lists of these routers."""
    for router in routers:
        for context in iter_route_contexts(router.routes):
            served = getattr(context.endpoint, "served", None)
            if served is not None:
                yield served


async def again(served: Served, state: State, url: str, caller: Caller, work: Work[T]) -> T:
    """Do what the list's route would do for this caller at this address, with no request from anybody.

    The conditions of the path are found by the list's own dependency, so that they hold as they hold for a request.

    Raises:
        RequestProblem, DomainError: as the route would have refused; NotFound when the address is not the list's.
    """
    done: list[T] = []
    refused: list[RequestProblem] = []

    async def run(request: Request, where: Annotated[Any, Depends(served.narrow)]) -> None:
        at(request, served.path)
        try:
            done.append(await work(request, where))
        except RequestProblem as problem:
            refused.append(problem)

    async def known() -> Caller:
        return caller

    path, _, query = url.partition("?")
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state = state
    app.dependency_overrides[served.marker.dependency] = known  # type: ignore[index]
    app.add_api_route(served.path, run, methods=["GET"], response_model=None)
    await app(_scope(path, query), _nothing, _dropped)
    if refused:
        raise refused[0]
    if not done:
        raise NotFound
    return done[0]


def _scope(path: str, query: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "server": None,
        "client": None,
    }


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _dropped(_message: Any) -> None:
    return None
