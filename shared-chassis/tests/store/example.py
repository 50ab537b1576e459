"""A small aggregate that the tests of the store share: a till that money is put into and taken from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db.tables import NAMING
from chassis.domain import Decider, DomainError, event
from chassis.store import EventTypes, ReadModel, Recorded, Row

metadata = MetaData(naming_convention=NAMING)


@event("till.money_put_in", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPutIn:
    amount_minor: int


@event("till.money_taken", 2)
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTaken:
    amount_minor: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutIn:
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    amount_minor: int
    by: str = "somebody"


class TillIsShort(DomainError):
    code = "till_is_short"


TillEvent = MoneyPutIn | MoneyTaken
TillCommand = PutIn | Take


def decide(command: TillCommand, balance: int) -> Sequence[TillEvent]:
    match command:
        case PutIn(amount_minor=0):
            return []
        case PutIn():
            return [MoneyPutIn(amount_minor=command.amount_minor)]
        case Take():
            if command.amount_minor > balance:
                raise TillIsShort
            return [MoneyTaken(amount_minor=command.amount_minor, by=command.by)]


def evolve(balance: int, happened: TillEvent) -> int:
    match happened:
        case MoneyPutIn():
            return balance + happened.amount_minor
        case MoneyTaken():
            return balance - happened.amount_minor


till: Decider[TillCommand, int, TillEvent] = Decider("till", 0, decide, evolve)


def taken_from_v1(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say who took the money."""
    return {**data, "by": "unknown"}


types = EventTypes(MoneyPutIn, MoneyTaken, upcasters={("till.money_taken", 1): taken_from_v1})


def _table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("till_id", Uuid, primary_key=True),
        Column("casino_id", Uuid),
        Column("balance_minor", BigInteger, nullable=False),
        Column("movements", BigInteger, nullable=False),
        Column("last_hands", JSONB, nullable=False),
        Column("mood", Text),
        Index(None, "casino_id", "till_id"),
    )


till_balance = _table("rm_till_balance")
open_till = _table("rm_open_till")
late_till = _table("rm_late_till")


def key(recorded: Recorded[Any]) -> tuple[UUID]:
    return (recorded.stream_key,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    before = row or {
        "till_id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "balance_minor": 0,
        "movements": 0,
        "last_hands": [],
        "mood": None,
    }
    balance = evolve(before["balance_minor"], recorded.event)
    hands = [*before["last_hands"], getattr(recorded.event, "by", "in")][-3:]
    return {**before, "balance_minor": balance, "movements": before["movements"] + 1, "last_hands": hands}


balances = ReadModel("till_balance", till_balance, (MoneyPutIn, MoneyTaken), key, fold)


def fold_open_only(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    after = fold(row, recorded)
    return None if after is None or after["balance_minor"] == 0 else after


open_tills = ReadModel("open_till", open_till, (MoneyPutIn, MoneyTaken), key, fold_open_only)

late_balances = ReadModel("late_till", late_till, (MoneyPutIn, MoneyTaken), key, fold, inline=False)
