"""The lists of a service as jobs meet them: what a list is made of, and how it is read again without its request."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

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

_ASKED: Final = "chassis.question"


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
    def asks(self) -> str | None:
        """The permission of the list; None where it is any member of the staff's."""
        permission: str | None = getattr(self.marker.dependency, "permission", None)
        return permission

    @property
    def permission(self) -> str:
        """The permission of the list; LookupError when it asks for none."""
        permission = self.asks
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


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to a route: who asks, what is done with the list, and where its result is waited for."""

    caller: Caller
    work: Work[Any]
    answer: asyncio.Future[Any]


class Again:
    """A list's route as it answers callers whom nobody sent: made once, asked any number of times.

    The conditions of the path are found by the list's own dependency, so that they hold as they hold for a request.
    """

    def __init__(self, served: Served, state: State) -> None:
        self._app = FastAPI(
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        )
        self._app.state = state

        async def known(request: Request) -> Caller:
            return _question(request).caller

        async def run(request: Request, where: Annotated[Any, Depends(served.narrow)]) -> None:
            question = _question(request)
            at(request, served.path)
            try:
                question.answer.set_result(await question.work(request, where))
            except RequestProblem as problem:  # The application would make an HTTP answer of it.
                question.answer.set_exception(problem)

        self._app.dependency_overrides[served.marker.dependency] = known  # type: ignore[index]
        self._app.add_api_route(served.path, run, methods=["GET"], response_model=None)

    async def __call__(self, url: str, caller: Caller, work: Work[T]) -> T:
        """Do what the route would do for this caller at this address.

        Raises:
            RequestProblem, DomainError: as the route would have refused; NotFound when the address is not the list's.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        path, _, query = url.partition("?")
        await self._app({**_scope(path, query), _ASKED: _Question(caller, work, answer)}, _nothing, _dropped)
        if not answer.done():  # No route is at this address.
            raise NotFound
        return answer.result()


async def again(served: Served, state: State, url: str, caller: Caller, work: Work[T]) -> T:
    """The same, for whoever asks once."""
    return await Again(served, state)(url, caller, work)


def _question(request: Request) -> _Question:
    question: _Question = request.scope[_ASKED]
    return question


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
