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


class Again:
    """A list's route as it answers callers whom nobody sent: made once, asked any number of times, one at a time.

    The conditions of the path are found by the list's own dependency, so that they hold as they hold for a request.
    """

    def __init__(self, served: Served, state: State) -> None:
        self._caller: Caller | None = None
        self._work: Work[Any] | None = None
        self._done: list[Any] = []
        self._refused: list[RequestProblem] = []
        self._app = FastAPI(
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        )
        self._app.state = state

        async def known() -> Caller | None:
            return self._caller

        async def run(request: Request, where: Annotated[Any, Depends(served.narrow)]) -> None:
            assert self._work is not None
            at(request, served.path)
            try:
                self._done.append(await self._work(request, where))
            except RequestProblem as problem:
                self._refused.append(problem)

        self._app.dependency_overrides[served.marker.dependency] = known  # type: ignore[index]
        self._app.add_api_route(served.path, run, methods=["GET"], response_model=None)

    async def __call__(self, url: str, caller: Caller, work: Work[T]) -> T:
        """Do what the route would do for this caller at this address.

        Raises:
            RequestProblem, DomainError: as the route would have refused; NotFound when the address is not the list's.
        """
        self._caller, self._work, self._done, self._refused = caller, work, [], []
        path, _, query = url.partition("?")
        await self._app(_scope(path, query), _nothing, _dropped)
        if self._refused:
            raise self._refused[0]
        if not self._done:
            raise NotFound
        done: T = self._done[0]
        return done


async def again(served: Served, state: State, url: str, caller: Caller, work: Work[T]) -> T:
    """The same, for whoever asks once."""
    return await Again(served, state)(url, caller, work)


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
