"""A service whose tickets are followed: an aggregate, a read model, lists of it, and one that a projector makes."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid

from chassis.auth import Caller, PlayerOr, Requires
from chassis.domain import Decider, event
from chassis.http.listing import Field, ListSpec, serve_list
from chassis.store import EventTypes, ReadModel, Recorded, Row

LIST, OTHER = "example.ticket.list", "example.other.list"
A, B, SOMEBODY = UUID(int=1), UUID(int=2), UUID(int=500)

metadata = MetaData()


def _table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("casino_id", Uuid),
        Column("owner_id", Uuid, nullable=False),
        Column("status", Text, nullable=False),
        Column("email", Text, nullable=False),
        Column("changes", BigInteger, nullable=False),
    )


ticket, late_ticket = _table("rm_ticket"), _table("rm_late_ticket")
note = Table("note", metadata, Column("id", Uuid, primary_key=True), Column("casino_id", Uuid))


@event("ticket.moved", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    status: str
    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    status: str
    owner_id: UUID = SOMEBODY


def decide(command: Move, _before: str) -> Sequence[Moved]:
    return [Moved(status=command.status, owner_id=command.owner_id)]


tickets: Decider[Move, str, Moved] = Decider("ticket", "", decide, lambda _before, moved: moved.status)
types = EventTypes(Moved)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """`closed` takes the ticket off the list."""
    moved: Moved = recorded.event
    if moved.status == "closed":
        return None
    return {
        "id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "owner_id": moved.owner_id,
        "status": moved.status,
        "email": "ann@example.com",
        "changes": 1 + (row["changes"] if row else 0),
    }


listed = ReadModel("ticket", ticket, (Moved,), lambda one: (one.stream_key,), fold)
late = ReadModel("late_ticket", late_ticket, (Moved,), lambda one: (one.stream_key,), fold, inline=False)


def _spec(name: str, table: Table, casino_column: Any) -> ListSpec:
    fields = {name: Field(table.c[name], sortable=name == "id") for name in ("id", "casino_id", "owner_id", "status")}
    fields["email"] = Field(table.c.email, data_class="pii_basic", mask=lambda value: value[0] + "***")
    fields["changes"] = Field(table.c.changes)
    return ListSpec(
        name, table, casino_column=casino_column, owner_column=table.c.owner_id, fields=fields, default_order="id.asc"
    )


TICKETS = _spec("tickets", ticket, ticket.c.casino_id)
LATE = _spec("late tickets", late_ticket, late_ticket.c.casino_id)
NOTES = ListSpec(
    "notes",
    note,
    casino_column=note.c.casino_id,
    fields={"id": Field(note.c.id, sortable=True)},
    default_order="id.asc",
)


class Item(BaseModel):
    id: UUID


_MAY = Requires(LIST)


async def waiting() -> list[Any]:
    """The path itself means something: rows leave this list when they are no longer open."""
    return [ticket.c.status == "open"]


FAILURES: deque[bool] = deque()
"""Whether the fragile list fails, time by time; not, when nothing is said."""


async def fragile() -> list[Any]:
    if FAILURES and FAILURES.popleft():
        raise RuntimeError("this list is broken")
    return [ticket.c.status != "hidden"]


async def owned(owner_id: UUID) -> list[Any]:
    return [ticket.c.owner_id == owner_id]


async def of_mine(caller: Annotated[Caller, _MAY]) -> list[Any]:
    return [ticket.c.owner_id == caller.id]


def routes() -> APIRouter:
    router = APIRouter(prefix="/api/example/v1")
    serve_list(router, "/tickets", TICKETS, PlayerOr(LIST), item=Item)
    serve_list(router, "/tickets/waiting", TICKETS, _MAY, item=Item, name="waiting", narrow=waiting)
    serve_list(router, "/tickets/fragile", TICKETS, _MAY, item=Item, name="fragile", narrow=fragile)
    serve_list(router, "/tickets/mine", TICKETS, _MAY, item=Item, name="of_mine", narrow=of_mine)
    serve_list(router, "/owners/{owner_id}/tickets", TICKETS, _MAY, item=Item, name="owned", narrow=owned)
    serve_list(router, "/late-tickets", LATE, Requires(OTHER), item=Item, name="late")
    serve_list(router, "/notes", NOTES, Requires(LIST), item=Item, name="notes")
    return router
