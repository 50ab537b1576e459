"""What is told of game movements is made of their entries, when it is published."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from chassis.domain import FixedClock
from chassis.messaging import NOWHERE, MemoryBus, OutboxRelay, list_parked
from chassis.store import Context
from chassis.testing.bus_reader import eventually
from contracts.envelope import Envelope
from contracts.payments.events import DebtRecorded, RollbackRemembered, TransferPosted
from payments.adapters.ledger import sql
from payments.adapters.ledger.posting import Terms, post_units
from payments.adapters.ledger.units import Unit
from payments.domain.ledger.accounts import WalletKey, player_cash
from payments.domain.ledger.transfers import Code, Transfer, TransferKind

from .conftest import CASINO, CLEARING, Desk

ODD = 'quo"te \\ \u2028 \U0001f3b0'
"""What JSON writes otherwise, or may."""


async def envelopes(desk: Desk, key: WalletKey) -> list[Envelope]:
    """What is told of a player's movements, in order."""
    return [Envelope.from_json(one.value) for one in await desk.messages() if one.key == str(key.player_id)]


async def post(desk: Desk, *units: Unit) -> datetime:
    """Post them as one batch; when."""
    raw = await asyncpg.connect(desk.db.url, server_settings=sql.SETTINGS)
    try:
        async with raw.transaction():
            houses = {(CASINO, "EUR"): await raw.fetchval("SELECT id FROM account WHERE type = 'game_house'")}
            terms = Terms(desk.clock.now(), feed_stale=False, game_houses=houses)
            answers = await post_units(raw, units, terms)
        assert {answer.code for unit in answers for answer in unit} == {Code.CREATED}
        return terms.now
    finally:
        await raw.close()


def deposit(key: WalletKey) -> Unit:
    """Fifty, as somebody asked for it."""
    cash, id_ = player_cash(key.casino_id, key.player_id, "EUR"), uuid4()
    asked = Transfer(id=id_, kind=TransferKind.DEPOSIT, debit=CLEARING, credit=cash, amount_minor=50, provider="stripe")
    return Unit((asked,), Context.system("tests", FixedClock(datetime(2026, 3, 1, tzinfo=UTC))))


async def test_all_that_is_told_of_a_movement_follows_from_its_entry(desk):
    key = await desk.player(100)
    bet = desk.move("bet", key, ODD, 30)._replace(round_ref=ODD, round_closed=True, session_id=uuid4())
    await desk.one(bet)
    *_, told = await envelopes(desk, key)
    assert told.event() == TransferPosted(
        transfer_id=bet.id,
        player_id=key.player_id,
        casino_id=key.casino_id,
        kind="bet",
        currency="EUR",
        amount_minor=30,
        delta_minor=-30,
        balance_minor=70,
        posted_at=desk.clock.now(),
        supplier=bet.supplier,
        game_code=bet.game_code,
        round_ref=ODD,
        session_id=bet.session_id,
        supplier_tx=ODD,
        round_closed=True,
        sequence=told.data["sequence"],
    )
    assert (told.id, told.correlationid, told.time) == (bet.id, bet.id, desk.clock.now())
    assert (told.actorkind, told.actorid, told.subject) == ("partner", bet.supplier, f"wallet-{key.player_id}")


async def test_movements_of_a_batch_are_one_row_and_keep_their_place_among_what_people_asked_for(desk):
    key = await desk.player(100)
    first, second, third = (desk.move("bet", key, name, 10) for name in "abc")
    rows = await desk.count("outbox")
    group = deposit(key)
    await post(desk, Unit((first,)), Unit((second,)), group, Unit((third,)))
    told = (await envelopes(desk, key))[-4:]
    assert [one.id for one in told] == [first.id, second.id, group.requests[0].id, third.id]
    numbers = [one.data["sequence"] for one in told]
    assert numbers == sorted(set(numbers))
    assert await desk.count("outbox") - rows == 3


async def test_a_tombstone_and_a_debt_are_told_as_well(desk):
    key = await desk.player(100)
    win = desk.move("win", key, "w", 50)
    await desk.one(win)
    await desk.one(desk.move("bet", key, "b", 120))
    await desk.one(desk.move("rollback", key, "r", of=win.id))
    await desk.one(desk.move("rollback", key, "t", of=uuid4()))
    told = (await envelopes(desk, key))[-4:]
    assert [type(one.event()) for one in told] == [TransferPosted, DebtRecorded, TransferPosted, RollbackRemembered]
    assert told[1].data["owed_minor"] == 20


async def test_the_relay_publishes_what_is_named_and_parks_what_is_not_there(ledger_url):
    async with Desk(ledger_url) as desk:
        key = await desk.player(1_000)
        moves = [desk.move("bet", key, str(n), 1) for n in range(30)]
        await desk.ledger.move(moves[:10])
        gone = f'{{"posted_at":"{desk.clock.now().isoformat()}","after":1,"entries":[999999999]}}'
        await desk.sql("INSERT INTO outbox (topic, key, envelope) VALUES ($1, '', $2)", sql.ENTRIES, gone)
        desk.clock.advance(timedelta(seconds=1))
        await desk.ledger.move(moves[10:])
        bus = MemoryBus()
        async with relaying(desk, bus):
            await eventually(all_published(desk))
        told = [Envelope.from_json(one.value) for one in bus.published(TransferPosted.topic)]
        assert [one.id for one in told][-30:] == [move.id for move in moves]
        assert [one.reason for one in await list_parked(desk.db, "outbox")] == [
            "1 of 1 entries of 2026-03-01T00:00:00+00:00 are gone"
        ]


async def test_a_relay_that_knows_nothing_of_named_entries_publishes_none(ledger_url):
    async with Desk(ledger_url) as desk:
        bet = desk.move("bet", await desk.player(100), "b", 1)
        await desk.one(bet)
        (row,) = await desk.sql("SELECT partition FROM outbox WHERE topic = $1", sql.ENTRIES)
        assert row["partition"] == NOWHERE


def all_published(desk: Desk) -> Callable[[], Awaitable[bool]]:
    """Whether nothing waits."""

    async def none_waits() -> bool:
        (row,) = await desk.sql("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        return bool(row["count"] == 0)

    return none_waits


@asynccontextmanager
async def relaying(desk: Desk, bus: MemoryBus) -> AsyncIterator[None]:
    """A relay at work."""
    stop = asyncio.Event()
    running = asyncio.create_task(OutboxRelay(desk.db, bus, renderers=desk.ledger.renderers).run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
