"""A list of bets of two casinos, some of no casino, and ways to ask for it."""

import itertools
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Player, PlayerOr, Requires
from chassis.http.listing import Field, ListSpec, serve_list
from chassis.testing.lists import after_of
from chassis.testing.tokens import make_token

LIST, REVEAL, AML = "example.bet.list", "example.bet.reveal", "example.bet.aml"
A, B, C = (UUID(int=n) for n in (1, 2, 3))
PLAYERS = [UUID(int=100 + n) for n in range(4)]
START = datetime(2026, 1, 1, tzinfo=UTC)

metadata = MetaData()
bet = Table(
    "bet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid),
    Column("player_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("note", Text),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("email", Text),
    Column("suspicion", Text),
    Column("place", BigInteger, nullable=False),
)
c = bet.c
FIELDS = {
    "id": Field(c.id, sortable=True),
    "casino_id": Field(c.casino_id, refers="casino"),
    "player_id": Field(c.player_id),
    "status": Field(c.status, sortable=True),
    "note": Field(c.note, sortable=True),
    "amount_minor": Field(c.amount_minor, sortable=True, currency="currency"),
    "currency": Field(c.currency),
    "rounds": Field(c.rounds, sortable=True),
    "open": Field(c.open, sortable=True),
    "day": Field(c.day, sortable=True),
    "created_at": Field(c.created_at, sortable=True),
    "email": Field(
        c.email, sortable=True, data_class="pii_basic", mask=lambda value: value[0] + "***", clear_with=REVEAL
    ),
    "suspicion": Field(c.suspicion, data_class="aml", permission=AML, ops=("eq",)),
}
BETS = ListSpec(
    "bets", bet, casino_column=c.casino_id, owner_column=c.player_id, fields=FIELDS, default_order="created_at.desc"
)
PLACED = ListSpec(
    "placed-bets",
    bet,
    casino_column=c.casino_id,
    fields=FIELDS,
    default_order="created_at.desc",
    tie_columns=(c.open, c.place),
)


class Result(StrEnum):
    """All that becomes of a bet."""

    WON = "won"
    LOST = 'lo"st'
    BOTH = "a,b"


JUDGED = ListSpec(
    "judged-bets",
    bet,
    casino_column=c.casino_id,
    fields={**FIELDS, "status": Field(c.status, sortable=True, values=Result)},
    default_order="created_at.desc",
    search=("status",),
)
STAFF_ONLY = ListSpec("staff-bets", bet, casino_column=c.casino_id, fields=FIELDS, default_order="created_at.desc")
HEAVY = "example.list.heavy"
HUGE = ListSpec(
    "huge-bets",
    bet,
    casino_column=c.casino_id,
    owner_column=c.player_id,
    fields=FIELDS,
    default_order="created_at.desc",
    time_field="created_at",
    heavy=HEAVY,
    max_cost=0,
)


class Bet(BaseModel):
    id: UUID
    casino_id: UUID | None
    status: str
    amount_minor: int
    created_at: datetime
    email: str | None = None


router = APIRouter(prefix="/api/example/v1")


async def of_player(player_id: UUID) -> list[Any]:
    return [c.player_id == player_id]


async def slowly() -> list[Any]:
    return [text("pg_sleep(30) IS NOT NULL")]


def finishing(_request: Request, _caller: Caller) -> Any:
    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "note": "finished", "email": f"clear of {row['email']}"} for row in rows]

    return finish


serve_list(router, "/bets", BETS, PlayerOr(LIST), item=Bet)
serve_list(router, "/judged-bets", JUDGED, Requires(LIST), item=Bet, name="judged")
serve_list(router, "/placed-bets", PLACED, Requires(LIST), item=Bet, name="placed")
serve_list(router, "/finished-bets", BETS, Requires(LIST), item=Bet, name="finished", finish=finishing)
serve_list(router, "/players/{player_id}/bets", BETS, PlayerOr(LIST), item=Bet, name="of_player", narrow=of_player)
serve_list(router, "/staff-bets", STAFF_ONLY, Player(), item=Bet, name="of_staff")
serve_list(router, "/huge-bets", HUGE, PlayerOr(LIST), item=Bet, name="huge")
serve_list(router, "/slow-bets", BETS, Requires(LIST), item=Bet, name="slow", narrow=slowly)


def rows() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number, (casino, player) in enumerate(itertools.product([A, B, None], PLAYERS)):
        for copy in range(5):
            moment = START + timedelta(hours=number % 3, microseconds=copy // 2)
            made.append(
                {
                    "id": UUID(int=1000 + len(made)),
                    "casino_id": casino,
                    "player_id": player,
                    "status": ("won", 'lo"st', "a,b")[copy % 3],
                    "note": None if copy % 2 else "seen",
                    "amount_minor": 100 * (copy + 1),
                    "currency": "EUR" if copy < 3 else "JPY",
                    "rounds": copy,
                    "open": copy == 4,
                    "day": date(2026, 1, 1 + copy),
                    "created_at": moment,
                    "email": "ann@example.com",
                    "suspicion": "high" if copy == 0 else None,
                    "place": -len(made),
                }
            )
    return made


ROWS = rows()
VISIBLE = [row for row in ROWS if row["casino_id"] == A]


SUBJECT = UUID(int=77)


def staff(*permissions: str, casinos: list[Any] | None = None, subject: UUID = SUBJECT) -> str:
    return make_token(permissions=[LIST, *permissions], casinos=[A] if casinos is None else casinos, subject=subject)


async def ids(client: httpx.AsyncClient, query: str, path: str = "bets", **headers: str) -> list[UUID]:
    answer = await client.get(f"/api/example/v1/{path}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [UUID(item["id"]) for item in answer.json()]


async def pages(client: httpx.AsyncClient, query: str, after: str = "", path: str = "bets") -> list[UUID]:
    """All ids, page after page."""
    seen: list[UUID] = []
    while True:
        answer = await client.get(f"/api/example/v1/{path}?{query}{after}")
        assert answer.status_code == 200, answer.text
        seen.extend(UUID(item["id"]) for item in answer.json())
        cursor = after_of(answer)
        if cursor is None:
            return seen
        after = f"&after={cursor}"
