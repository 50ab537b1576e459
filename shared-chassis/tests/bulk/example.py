"""A service with bets of two casinos: many of them can be voided at once, or paid, which moves money."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Table, Text, Uuid, insert, select, update

from chassis.auth import PermissionSpec, Requires
from chassis.bulk import BulkAction, Turn
from chassis.db import Database
from chassis.domain import Clock, DomainError
from chassis.http import StrictModel
from chassis.http.listing import Field, ListSpec, serve_list
from chassis.runtime import Service
from chassis.settings import ServiceSettings
from chassis.store import Application, EventTypes, UnitOfWork
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_authority, test_verifier

LIST, VOID, PAY = "example.bet.list", "example.bet.void", "example.bet.pay"
RUN, APPROVE, APPROVALS = "example.bulk.run", "example.bulk.approve", "example.approval.list"
READ = "example.bet.view_reason"
EVERYTHING = (LIST, VOID, PAY, RUN)
A, B = UUID(int=1), UUID(int=2)
PATH, JOBS = "/api/example/v1/bets", "/api/example/v1/bulk-jobs"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ALONE, MOST = 5, 40
HUGE_MINOR = 10**6

metadata = MetaData()
bet = Table(
    "bet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("player_email", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
)
effect = Table(
    "effect",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("bet_id", Uuid, nullable=False),
    Column("what", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("authorised_by", Text),
    Column("reason", Text),
)
BETS = ListSpec(
    "bets",
    bet,
    casino_column=bet.c.casino_id,
    fields={
        "id": Field(bet.c.id),
        "casino_id": Field(bet.c.casino_id),
        "state": Field(bet.c.state),
        "amount_minor": Field(bet.c.amount_minor, currency="currency", data_class="financial"),
        "currency": Field(bet.c.currency),
        "player_email": Field(bet.c.player_email, data_class="pii_basic"),
        "placed_at": Field(bet.c.placed_at, sortable=True),
    },
    default_order="placed_at",
    search=("state",),
)


class Bet(BaseModel):
    id: UUID
    state: str


class BetPaid(DomainError):
    code = "bet_paid"


class BetLost(DomainError):
    code = "bet_lost"


class Because(StrictModel):
    rule: int


Before = Callable[[UnitOfWork, Turn], Awaitable[None]]


async def nothing(_uow: UnitOfWork, _turn: Turn) -> None:
    """What happens before a row is done, unless a test has another wish."""


def action(what: str, before: Before) -> Callable[[UnitOfWork, Turn], Awaitable[bool]]:
    async def do(uow: UnitOfWork, turn: Turn) -> bool:
        found = select(bet).where(bet.c.id == turn.row_id).with_for_update()
        row = (await uow.connection.execute(found)).one()
        if row.state == "paid":
            raise BetPaid
        if row.state == "lost":
            raise BetLost
        if row.state == "void":
            return False
        meant = {"bet_id": turn.row_id, "what": what, "by": uow.ctx.actor.id}
        told = {"authorised_by": uow.ctx.authorised_by, "reason": uow.ctx.reason}
        await uow.connection.execute(insert(effect).values(**meant, **told))
        await uow.connection.execute(update(bet).where(bet.c.id == turn.row_id).values(state=what))
        await before(uow, turn)
        return True

    return do


def actions(before: Before = nothing) -> list[BulkAction]:
    huge = bet.c.amount_minor >= HUGE_MINOR
    return [
        BulkAction(
            list=PATH, name="void", title="Void bets", permission=VOID, do=action("void", before), alone=ALONE,
            moot=(BetLost,), most=MOST, reason_permission=READ,
        ),
        BulkAction(
            list=PATH, name="pay", title="Pay bets", permission=PAY, do=action("paid", before),
            money=(bet.c.amount_minor, bet.c.currency), parameters=Because, reason_permission=READ, by_itself=huge,
        ),
    ]  # fmt: skip


def service_on(db: Database, clock: Clock, before: Before = nothing) -> Service:
    router = APIRouter(prefix="/api/example/v1")
    serve_list(router, "/bets", BETS, Requires(LIST), item=Bet)
    return Service(
        name="example",
        settings=make_settings(ServiceSettings),
        db=db,
        application=Application(db, EventTypes(), source="example", clock=clock),
        routers=[router],
        permissions=[PermissionSpec(one, one) for one in (*EVERYTHING, READ, APPROVE, APPROVALS)],
        bulk=actions(before),
        verifier=test_verifier(),
        authority=test_authority(),
    )


def rows(number: int, casino: UUID = A, state: str = "open", first: int = 0) -> list[dict[str, Any]]:
    """So many bets."""
    return [
        {
            "id": UUID(int=(casino.int << 64) + first + at),
            "casino_id": casino,
            "state": state,
            "amount_minor": 100 + at,
            "currency": "EUR",
            "player_email": "ann@example.com",
            "placed_at": NOW + timedelta(minutes=first + at),
        }
        for at in range(number)
    ]
