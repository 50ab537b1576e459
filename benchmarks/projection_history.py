"""Years of withdrawals, decided by the real aggregate, stored as the service stores them: for projection.py."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import uuid7
from chassis.store import Actor, EventTypes, Meta
from common import say
from payments.domain.events import EVENTS
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    HearProvider,
    RejectWithdrawal,
    RequestWithdrawal,
    StartPayout,
    WithdrawalCommand,
)
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding
from payments.domain.withdrawal.words import Confirmed, SentBack, Taken, Unanswered

TYPES = EventTypes(*EVENTS)

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
POLICY = WithdrawalPolicy(second_person_above_minor=900_00, automatic_up_to_minor=50_00)
UNDER_WAY = 5_000
"""Withdrawals whose events lie between one another's, as they do in life."""

_COLUMNS = ["stream_id", "version", "event_id", "type", "type_version", "data", "meta"]


def request(now: datetime, amount_minor: int) -> RequestWithdrawal:
    """A player wants this much."""
    return RequestWithdrawal(
        player_id=uuid7(),
        casino_id=CASINO,
        provider="trustly",
        amount_minor=amount_minor,
        currency="EUR",
        destination="v1:" + "Zm9yIHRoZSBwbGF5ZXIncyBrZXkgb25seQ" * 4,
        shown_as="MT84 **** 1234",
        policy=POLICY,
        standing=WithdrawalStanding(),
        now=now,
    )


def life(now: datetime, chance: random.Random) -> list[WithdrawalCommand]:
    """What is asked of one withdrawal: most are paid, some need two people, some are refused or come back."""
    amount = chance.randrange(10_00, 1_000_00)
    commands: list[WithdrawalCommand] = [request(now, amount)]
    if amount > POLICY.second_person_above_minor:
        commands.append(ApproveWithdrawal(approver="first", now=now))
    if chance.random() < 0.05:
        return [*commands, RejectWithdrawal(rejecter="second", reason="documents missing")]
    if amount > (POLICY.automatic_up_to_minor or 0):
        commands.append(ApproveWithdrawal(approver="second", now=now))
    commands.append(StartPayout(request_id=uuid7(), sent_as="f" * 64))
    if chance.random() < 0.1:
        commands.append(HearProvider(word=Unanswered()))
    commands.append(HearProvider(word=Taken(reference=str(chance.randrange(10**10)))))
    paid = Confirmed(amount_minor=amount, currency="EUR")
    back = SentBack(amount_minor=amount, currency="EUR", code="account_closed")
    commands.append(HearProvider(word=back if chance.random() < 0.02 else paid))
    return commands


@dataclass(frozen=True, slots=True)
class Told:
    """How many events were stored, of how many withdrawals."""

    events: int
    withdrawals: int


async def store(db: Database, events: int) -> Told:
    """Store at least so many events. Written in bulk, but row for row what the event store would have written."""
    chance = random.Random(1)
    told = Told(0, 0)
    while told.events < events:
        count = min(UNDER_WAY, (events - told.events) // 4 + 1)
        rows = list(_interleaved([_rows(chance) for _ in range(count)]))
        async with db.write() as connection:
            await (await driver(connection)).copy_records_to_table("event", records=rows, columns=_COLUMNS)
        told = Told(told.events + len(rows), told.withdrawals + count)
        say(f"  {told.events:,} events of {told.withdrawals:,} withdrawals")
    async with db.write() as connection:
        await (await driver(connection)).execute("ANALYZE event")
    return told


def _rows(chance: random.Random) -> list[tuple[Any, ...]]:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(30_000_000))
    meta = Meta(
        actor=Actor("staff", str(uuid7()), "203.0.113.7"), occurred_at=now, casino_id=CASINO, correlation_id=uuid7()
    )
    stored_meta = msgspec.json.encode(meta).decode()
    stream_id, rows, state = f"{withdrawal.category}-{uuid7()}", list[tuple[Any, ...]](), withdrawal.initial
    for command in life(now, chance):
        for event in withdrawal.decide(command, state):
            state = withdrawal.evolve(state, event)
            name, version, data = TYPES.encode(event)
            rows.append((stream_id, len(rows) + 1, uuid7(), name, version, data, stored_meta))
    return rows


def _interleaved(streams: Sequence[list[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    """The first event of each, then the second of each, and so on."""
    for place in range(max(map(len, streams))):
        yield from (rows[place] for rows in streams if place < len(rows))
