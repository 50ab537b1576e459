"""The route of a service's live lists."""

import asyncio
import functools
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.types import Receive, Scope, Send

from chassis.auth import AnyPerson, Caller
from chassis.auth.markers import Door
from chassis.http.listing.errors import refused
from chassis.live.asked import WRONG_PLACE, Wanted
from chassis.live.desk import Live
from chassis.live.places import read
from chassis.live.reading import Watched
from chassis.live.stream import Stream

_STUCK_S: Final = 30.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streaming(Response):
    """A stream on its way: it ends when it is over, when the client leaves, and when the client takes nothing."""

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncIterator[bytes], held: ExitStack) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._pieces, self._held = pieces, held

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it."""
        tasks = [asyncio.create_task(self._send(send)), asyncio.create_task(_left(receive))]
        with self._held:
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        try:
            await send(start)
            async for piece in self._pieces:
                async with asyncio.timeout(_STUCK_S):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, OSError):
            return  # Nobody takes it.
        finally:
            await self._pieces.aclose()  # type: ignore[attr-defined]


def live_routes(service: str, live: Live) -> list[APIRouter]:
    """The route of one service that has live lists."""
    lists = tuple((name, served.path) for name, served in live.lists.by_name.items())
    return [_following(service, lists)] if lists else []


@functools.lru_cache
def _following(service: str, lists: tuple[tuple[str, str], ...]) -> APIRouter:
    """The route, with the names and addresses of the lists."""
    router = APIRouter(prefix=f"/api/{service}/v1", tags=["live"])

    @router.get("/live", status_code=200, response_class=Streaming, openapi_extra=_said(lists))
    async def follow_lists(
        caller: Annotated[Caller, AnyPerson()],
        request: Request,
        lists: Annotated[str, Query(description="Comma-separated; each may have a parameter of its name: a filter")],
        after: Annotated[str | None, Query(description="The `id` to go on from, as `Last-Event-ID` is")] = None,
    ) -> Response:
        """Server-sent events about the rows of lists as they change, each as the list itself shows it to the caller.

        `ready` once it begins: read the lists then. `row` with a row that is new or changed, `gone` with the id of one
        that is not in the list any more, `resync` with a list that is to be read anew, `trouble` with one that cannot
        be followed just now, `close` with the reason.
        """
        del lists, after
        live: Live = request.app.state.live
        wanted, place = live.lists.read(request.query_params.multi_items())
        since = None if place is None else read(place, live.key)
        if place is not None and since is None:
            raise refused(WRONG_PLACE, "after", "after is the id of an event of this stream.")
        last = request.headers.get("last-event-id")  # A browser that lost the stream got further than `after`.
        since = (None if last is None else read(last, live.key)) or since
        held = ExitStack()
        held.enter_context(live.stream(caller))
        with held:
            watched = [await _watched(one, live, request) for one in wanted]
            door: Door = request.app.state.door
            stream = Stream(
                live.hub, watched, caller, still=door.still, drain=request.app.state.drain, key=live.key,
                since=since, comes_back=place is not None or last is not None, remembered=live.remembered,
            )  # fmt: skip
            return Streaming(stream.events(), held.pop_all())

    return router


async def _watched(wanted: Wanted, live: Live, request: Request) -> Watched:
    """The list, once its own route would have let the caller in and understood the filter."""
    admitted: Any = await wanted.served.marker.dependency(request)  # type: ignore[misc]
    model = live.models[wanted.served.spec.table]
    watched = Watched(wanted.name, wanted.served, model, wanted.url, request.app.state, live.db)
    await watched.check(admitted)
    return watched


def _said(lists: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "Sent by browsers that come back: what happened meanwhile is told, up to 5 minutes.",
            },
            *(
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string"},
                    "description": f"A filter for {name}, as a query string: `status=eq.paid&order=..`, encoded.",
                    "x-list": path,
                }
                for name, path in lists
            ),
        ]
    }


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
