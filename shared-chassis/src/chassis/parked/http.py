"""The routes about parked messages, the same in every service."""

import functools
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from chassis.auth import Caller, Requires
from chassis.db.tables import parked_message as table
from chassis.http.listing import Field as Listed
from chassis.http.listing import ListSpec, serve_list
from chassis.http.listing.events import told, told_to
from chassis.http.models import StrictModel
from chassis.http.once import Once
from chassis.http.reasons import Reason
from chassis.parked.desk import TYPE, ParkedDesk
from chassis.store import UnitOfWork
from contracts.data_classes import EVENT_CLASSES

PARKED = ListSpec(
    "parked messages",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.message_id,
    fields={
        "id": Listed(table.c.message_id),
        "number": Listed(table.c.id),
        "consumer": Listed(table.c.consumer),
        "event_id": Listed(table.c.event_id),
        "type": Listed(table.c.type),
        "topic": Listed(table.c.topic),
        "key": Listed(table.c.key),
        "casino_id": Listed(table.c.casino_id),
        "code": Listed(table.c.code),
        "attempts": Listed(table.c.attempts),
        "parked_at": Listed(table.c.parked_at, sortable=True),
        "resolved_at": Listed(table.c.resolved_at),
        "given_up": Listed(table.c.given_up),
    },
    default_order="parked_at.desc",
    visible=lambda caller: told_to(caller, TYPE, EVENT_CLASSES),
)


class ParkedItem(BaseModel):
    """A message that was set aside."""

    id: UUID
    number: int = Field(description="As the command `replay-dlq` knows it")
    consumer: str = Field(description="Who could not handle it; `outbox`: it is our own, and no bus would take it")
    event_id: UUID | None
    type: str | None = Field(description="Of the event, as far as it can be read")
    topic: str
    key: str
    casino_id: UUID | None
    code: str = Field(description="Why: a stable word, or the class of an error nobody foresaw")
    attempts: int = Field(description="0: it was never tried, it waits behind another of its key")
    parked_at: datetime
    resolved_at: datetime | None = Field(description="When it was handled or given up; null while it waits")
    given_up: bool


class ParkedView(ParkedItem):
    """The same with what is in it."""

    shown: Literal["whole", "shape", "nothing"] = Field(
        description="How much of it: what does not keep its contract's promise shows no values, and what is no "
        "envelope nothing"
    )
    envelope: dict[str, Any] | None
    data: dict[str, Any] | None = Field(description="The fact, or the kinds of its fields by name")


class ParkedBody(StrictModel):
    reason: Reason


async def _desk(request: Request) -> Any:
    return request.app.state.parked


Desk = Annotated[ParkedDesk, Depends(_desk)]


@functools.lru_cache
def parked_router(service: str) -> APIRouter:
    """The routes of one service."""
    router = APIRouter(prefix=f"/api/{service}/v1/parked-messages", tags=["parked messages"])
    summary = "Messages that were set aside because they could not be handled, newest first."
    may_list, may_take = Requires(f"{service}.parked.list"), f"{service}.parked.export"
    serve_list(router, "", PARKED, may_list, item=ParkedItem, export=may_take, summary=summary)
    _add_look(router, f"{service}.parked.view")
    _add_ends(router, f"{service}.parked.replay", f"{service}.parked.discard")
    return router


def _add_look(router: APIRouter, may_view: str) -> None:
    @router.get("/{parked_id}")
    async def show_parked_message(
        caller: Annotated[Caller, Requires(may_view)], parked_id: UUID, request: Request, desk: Desk
    ) -> ParkedView:
        """One of them with what is in it, as far as its contract promises it. The look is kept."""

        async def work(uow: UnitOfWork) -> ParkedView:
            row, inside = await desk.look(uow, caller, parked_id, may_view)
            about = {"type": row.type, "reason": None, "casino_id": row.casino_id, "data": inside.data}
            data = told(about, caller, "data")["data"]
            return ParkedView(**_told(row), shown=inside.shown, envelope=inside.envelope, data=data)

        return await desk.app.transact(work, caller.context(request))


def _add_ends(router: APIRouter, may_replay: str, may_discard: str) -> None:
    @router.post("/{parked_id}/replay", status_code=202, response_model=ParkedItem)
    async def replay_parked_message(
        caller: Annotated[Caller, Requires(may_replay)], parked_id: UUID, body: ParkedBody, once: Once, desk: Desk
    ) -> Response:
        """Have it handled again, in the background, with everything of its key, in order, up to the first failure."""

        async def work(uow: UnitOfWork) -> ParkedItem:
            return _item(await desk.ask_again(uow, caller, parked_id, may_replay))

        return await once(caller, work, status=202, reason=body.reason)

    @router.post("/{parked_id}/discard", response_model=ParkedItem)
    async def discard_parked_message(
        caller: Annotated[Caller, Requires(may_discard)], parked_id: UUID, body: ParkedBody, once: Once, desk: Desk
    ) -> Response:
        """Give it up: it never has an effect, and its key goes on without it."""

        async def work(uow: UnitOfWork) -> ParkedItem:
            return _item(await desk.discard(uow, caller, parked_id, may_discard))

        return await once(caller, work, status=200, reason=body.reason)


def _told(row: Any) -> dict[str, Any]:
    names = {**{name: name for name in ParkedItem.model_fields}, "id": "message_id", "number": "id"}
    return {name: getattr(row, column) for name, column in names.items()}


def _item(row: Any) -> ParkedItem:
    return ParkedItem(**_told(row))
