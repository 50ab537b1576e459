"""Every event has exactly one effect, whatever comes twice, fails, or cannot be understood."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import insert

from chassis.cli import give_up, list_waiting
from chassis.db import Database, tables
from chassis.db.engine import driver
from chassis.messaging import Consumer, MemoryBus, Message, list_parked, replay_parked
from chassis.messaging.processing import Processor
from chassis.store import Context, UnitOfWork, rebuild
from chassis.store.rebuild import rows_of
from chassis.telemetry.metrics import REGISTRY
from chassis.testing.bus_reader import eventually
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.platform.events import AccessRecorded, SettingChanged

from .example import (
    TOPIC,
    application,
    consuming,
    effect,
    envelope,
    fetch,
    histories,
    history_of,
    message,
    setting_history,
    value,
)

Behaviour = Callable[[UnitOfWork, Envelope, SettingChanged], Any]


class Handler:
    """Notes each event in the database, in the transaction it is given, and does what a test asks for."""

    def __init__(self, behaviour: Behaviour = lambda *_: None) -> None:
        self.behaviour = behaviour
        self.calls: list[str] = []
        self.contexts: list[Context] = []

    async def __call__(self, uow: UnitOfWork, envelope: Envelope, event: SettingChanged) -> None:
        self.calls.append(event.element_id)
        self.contexts.append(uow.ctx)
        await uow.connection.execute(insert(effect).values(key=event.element, what=event.element_id))
        self.behaviour(uow, envelope, event)


def failing_on(*what: str, error: Callable[[], Exception] = lambda: ValueError("it does not fit")) -> Behaviour:
    def behaviour(_: UnitOfWork, __: Envelope, event: SettingChanged) -> None:
        if f"{event.element}{event.element_id}" in what:
            raise error()

    return behaviour


def consumer(handler: Handler, *, attempts: int = 2, **options: Any) -> Consumer:
    return Consumer("reader", handlers={SettingChanged: handler}, read_models=[histories], attempts=attempts, **options)


async def effects(db: Database, key: str) -> list[str]:
    rows = await fetch(db, "SELECT what FROM effect WHERE key = $1 ORDER BY id", key)
    return [row["what"] for row in rows]


async def parked(db: Database, key: str) -> list[str]:
    return [one.reason for one in await list_parked(db, "reader") if one.key == key]


def handled(db: Database, count: int) -> Any:
    async def all_there() -> bool:
        return bool(await value(db, "SELECT count(*) FROM inbox") == count)

    return all_there


async def test_an_event_has_its_effect_in_the_transaction_of_its_inbox_row(db: Database) -> None:
    handler, bus = Handler(), MemoryBus()
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(envelope("a", str(n))) for n in range(20)])
        await eventually(handled(db, 20))
    assert await effects(db, "a") == [str(n) for n in range(20)]
    assert await history_of(db, "a") == " ".join(str(n) for n in range(20))


async def test_an_event_that_comes_twice_has_one_effect(db: Database) -> None:
    handler, bus = Handler(), MemoryBus()
    twice = [message(envelope("a", str(n))) for n in range(5)]
    async with consuming(consumer(handler), db, bus):
        await bus.publish([*twice, twice[1], *twice])
        await eventually(handled(db, 5))
        await bus.publish([*twice, message(envelope("a", "last"))])
        await eventually(handled(db, 6))
    assert await effects(db, "a") == ["0", "1", "2", "3", "4", "last"]
    assert await history_of(db, "a") == "0 1 2 3 4 last"


async def test_two_processes_with_the_same_batch_give_it_one_effect(db: Database) -> None:
    bus, handlers = MemoryBus(), [Handler(), Handler()]
    await bus.publish([message(envelope("a", str(n))) for n in range(10)])
    records = bus.published(TOPIC)
    await asyncio.gather(*(Processor(consumer(handler), application(db))(records) for handler in handlers))
    assert await effects(db, "a") == [str(n) for n in range(10)]


async def test_what_a_handler_does_is_attributed_to_whoever_brought_the_event_about(db: Database) -> None:
    handler, bus, casino = Handler(), MemoryBus(), uuid4()
    one = envelope("a", "1", casinoid=casino, actorkind="player", actorid="p", actorip="192.0.2.7", reason="because")
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(one)])
        await eventually(handled(db, 1))
    (ctx,) = handler.contexts
    assert (ctx.actor.kind, ctx.actor.id, ctx.actor.ip) == ("player", "p", "192.0.2.7")
    assert (ctx.causation_id, ctx.correlation_id, ctx.casino_id) == (one.id, one.correlationid, casino)
    assert (ctx.reason, ctx.scope.unlimited) == ("because", True)


async def test_a_handler_works_within_the_trace_that_the_event_belongs_to(db: Database) -> None:
    handler, bus, trace = Handler(), MemoryBus(), "0af7651916cd43dd8448eb211c80319c"
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(envelope("a", "1", traceparent=f"00-{trace}-b7ad6b7169203331-01"))])
        await eventually(handled(db, 1))
    assert (handler.contexts[0].traceparent or "").startswith(f"00-{trace}-")


async def test_events_nobody_handles_leave_no_trace(db: Database) -> None:
    handler, bus = Handler(), MemoryBus()
    unwanted = envelope("a", "1", type=AccessRecorded.type)
    future = envelope("a", "2", type="till.invented_next_year", version=3)
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(unwanted), message(future), message(envelope("a", "3"))])
        await eventually(handled(db, 1))
    assert handler.calls == ["3"]


async def test_a_failing_event_is_alone_in_being_tried_again_and_parked(db: Database) -> None:
    handler, bus = Handler(failing_on("a7")), MemoryBus()
    async with consuming(consumer(handler, attempts=5, on_parked="skip"), db, bus):
        await bus.publish([message(envelope("a", str(n))) for n in range(20)])
        await eventually(handled(db, 20))
    assert await effects(db, "a") == [str(n) for n in range(20) if n != 7]
    assert await history_of(db, "a") == " ".join(str(n) for n in range(20) if n != 7)
    (one,) = await list_parked(db, "reader")
    assert (one.key, one.attempts, one.reason) == ("a", 5, "ValueError: it does not fit")


async def test_behind_a_parked_event_its_key_waits_and_other_keys_go_on(db: Database) -> None:
    handler, bus = Handler(failing_on("a1")), MemoryBus()
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(envelope(key, str(n))) for n in range(4) for key in ("a", "b")])
        await eventually(handled(db, 8))
        await bus.publish([message(envelope(key, "5")) for key in ("a", "b")])
        await eventually(handled(db, 10))
    assert await effects(db, "a") == ["0"]
    assert await parked(db, "a") == ["ValueError: it does not fit", *["waits behind an earlier event of its key"] * 3]


async def test_what_the_partitions_last_owner_parks_at_the_last_moment_blocks_its_key_too(db: Database) -> None:
    handler, bus = Handler(), MemoryBus()
    await bus.publish([message(envelope("a", "0")), message(envelope("a", "1"))])
    first, second = bus.published(TOPIC)
    async with db.write() as last_owner:
        raw = await driver(last_owner)
        await raw.execute(_PARKED_BY_ANOTHER, Envelope.from_json(first.value).id, TOPIC)
        ours = asyncio.create_task(Processor(consumer(handler), application(db))([first, second]))
        await eventually(lambda: value(db, "SELECT count(*) FROM pg_locks WHERE NOT granted"))
    await ours
    assert handler.calls == []
    assert await parked(db, "a") == ["the last owner's", "waits behind an earlier event of its key"]


_PARKED_BY_ANOTHER = """
    WITH received AS (INSERT INTO inbox (consumer, event_id, topic, key, type)
                      VALUES ('reader', $1, $2, 'a', 'platform.setting_changed') RETURNING event_id, topic, key)
    INSERT INTO parked_message (consumer, event_id, topic, key, envelope, reason, attempts)
    SELECT 'reader', event_id, topic, key, '', 'the last owner''s', 1 FROM received"""


async def test_parked_events_are_replayed_in_order_and_the_key_goes_on(db: Database) -> None:
    handler, bus = Handler(failing_on("a1")), MemoryBus()
    reader = consumer(handler)
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope("a", str(n))) for n in range(4)])
        await eventually(handled(db, 4))
        handler.behaviour = lambda *_: None
        done = await replay_parked(application(db), reader)
        assert (done.replayed, done.failed, done.remaining) == (3, 0, 0)
        await bus.publish([message(envelope("a", "4"))])
        await eventually(handled(db, 5))
    assert await effects(db, "a") == ["0", "1", "2", "3", "4"]
    assert await history_of(db, "a") == "0 1 2 3 4"
    assert (await replay_parked(application(db), reader)).replayed == 0


async def test_a_replay_stops_a_key_at_its_first_failure_and_goes_on_with_the_others(db: Database) -> None:
    handler, bus = Handler(failing_on("a0", "b0")), MemoryBus()
    reader = consumer(handler)
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope(key, str(n))) for n in range(4) for key in ("a", "b")])
        await eventually(handled(db, 8))
    handler.behaviour = failing_on("a2")
    done = await replay_parked(application(db), reader)
    assert (done.replayed, done.failed, done.remaining) == (6, 1, 2)
    assert await effects(db, "a") == ["0", "1"]
    assert await effects(db, "b") == ["0", "1", "2", "3"]
    assert [one.attempts for one in await list_parked(db, "reader")] == [1, 0]


async def test_replaying_while_events_arrive_keeps_the_order_of_the_key(db: Database) -> None:
    handler, bus = Handler(failing_on("a0")), MemoryBus()
    reader = consumer(handler)
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope("a", "0"))])
        await eventually(handled(db, 1))
        handler.behaviour = lambda *_: None
        replaying = asyncio.create_task(_replay_until_empty(db, reader, 60))
        for n in range(1, 60):
            await bus.publish([message(envelope("a", str(n)))])
            await asyncio.sleep(0)
        await eventually(handled(db, 60))
        await replaying
    assert await history_of(db, "a") == " ".join(str(n) for n in range(60))


async def _replay_until_empty(db: Database, reader: Consumer, count: int) -> None:
    async def done() -> bool:
        remaining = (await replay_parked(application(db), reader)).remaining
        return remaining == 0 and bool(await value(db, "SELECT count(*) FROM inbox") == count)

    await eventually(done)


async def test_given_up_events_free_their_key(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    handler, bus = Handler(failing_on("a0")), MemoryBus()
    reader = consumer(handler)
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope("a", "0"))])
        await eventually(handled(db, 1))
        (one,) = await list_parked(db, "reader")
        assert await list_waiting(application(db), reader) == 0
        assert await give_up(application(db), reader, [one.id]) == 0
        await bus.publish([message(envelope("a", "1"))])
        await eventually(handled(db, 2))
    assert await effects(db, "a") == ["1"]
    assert await list_parked(db, "reader") == []
    assert await give_up(application(db), reader, [one.id]) == 1
    listed, given_up, again = capsys.readouterr().out.splitlines()
    assert (listed.split()[-1], given_up, again) == ("fit", "1 of 1 given up", "0 of 1 given up")


BROKEN: list[tuple[str, bytes, str]] = [
    ("no JSON", b"\xff\x00 not JSON", "no envelope"),
    ("no envelope", b'{"hello": 1}', "no envelope"),
    ("half an envelope", b'{"type": "platform.setting_changed", "typeversion": 1}', "no envelope: id: Field required"),
    ("a newer version", envelope("a", "x", version=2).to_json(), "version 2 is not known here"),
    ("wrong data", envelope("a", "x", data={"element": "a"}).to_json(), "not as the contract says: element_id"),
]


@pytest.mark.parametrize(("value_", "reason"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
async def test_what_cannot_be_read_is_parked_at_once(db: Database, value_: bytes, reason: str) -> None:
    handler, bus = Handler(), MemoryBus()
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(envelope("a", "0")), Message(TOPIC, "a", value_), message(envelope("a", "1"))])
        await bus.publish([message(envelope("b", "0"))])
        await eventually(handled(db, 4))
    assert handler.calls.count("0") == 2
    assert (await parked(db, "a"))[0].startswith(reason)
    assert await effects(db, "a") == ["0"]
    done = await replay_parked(application(db), consumer(handler))
    assert (done.replayed, done.failed, done.remaining) == (0, 1, 2)


async def test_a_key_with_a_nul_is_no_obstacle(db: Database) -> None:
    handler, bus = Handler(), MemoryBus()
    async with consuming(consumer(handler), db, bus):
        await bus.publish([Message(TOPIC, "nul\0key", b"\0"), Message(TOPIC, "nul\0key", b"\0again")])
        await eventually(handled(db, 2))
    assert len(await list_parked(db, "reader")) == 2


async def test_what_passes_by_itself_is_waited_for_and_never_parked(db: Database) -> None:
    failures = iter([asyncpg.DeadlockDetectedError("a deadlock"), ConnectionResetError("gone"), TimeoutError()])

    def behaviour(_: UnitOfWork, __: Envelope, event: SettingChanged) -> None:
        if event.element_id == "3" and (error := next(failures, None)):
            raise error

    handler, bus = Handler(behaviour), MemoryBus()
    async with consuming(consumer(handler), db, bus):
        await bus.publish([message(envelope("a", str(n))) for n in range(6)])
        await eventually(handled(db, 6))
    assert await effects(db, "a") == [str(n) for n in range(6)]
    assert await list_parked(db, "reader") == []


async def test_an_event_larger_than_the_database_can_take_at_once_is_tried_in_halves(db: Database) -> None:
    sizes: list[int] = []

    class Small(Processor):
        async def _transact(self, batch: Sequence[Any]) -> None:
            sizes.append(len(batch))
            if len(batch) > 3:
                raise asyncpg.OutOfMemoryError("out of shared memory")
            await super()._transact(batch)

    bus, handler = MemoryBus(), Handler()
    await bus.publish([message(envelope("a", str(n))) for n in range(12)])
    await Small(consumer(handler), application(db))(bus.published(TOPIC))
    assert sizes == [12, 6, 3, 3, 6, 3, 3]
    assert await effects(db, "a") == [str(n) for n in range(12)]


async def test_a_failure_of_the_database_inside_a_handler_is_the_events_own(db: Database) -> None:
    async def handler(uow: UnitOfWork, envelope: Envelope, event: SettingChanged) -> None:
        for _ in range(2):
            await uow.connection.execute(insert(tables.idempotency).values(key=event.element, fingerprint=b""))

    bus, reader = MemoryBus(), Consumer("reader", handlers={SettingChanged: handler})
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope("a", "0")), message(envelope("b", "0"))])
        await eventually(handled(db, 2))
    reasons = [one.reason for one in await list_parked(db, "reader")]
    assert ["UniqueViolation" in reason for reason in reasons] == [True, True]


async def test_the_inbox_keeps_envelopes_only_for_read_models(db: Database) -> None:
    bus = MemoryBus()
    async with consuming(Consumer("reader", handlers={SettingChanged: Handler()}), db, bus):
        await bus.publish([message(envelope("a", "0"))])
        await eventually(handled(db, 1))
    assert await value(db, "SELECT envelope FROM inbox") is None


async def test_a_rebuilt_table_equals_the_live_one_also_after_parking_and_replay(db: Database) -> None:
    handler, bus = Handler(failing_on("k03")), MemoryBus()
    reader = consumer(handler, on_parked="skip")
    async with consuming(reader, db, bus):
        await bus.publish([message(envelope(f"k{n % 3}", str(n))) for n in range(30)])
        await eventually(handled(db, 30))
    await _assert_rebuild_is_live(db, reader)
    handler.behaviour = lambda *_: None
    assert (await replay_parked(application(db), reader)).replayed == 1
    assert await history_of(db, "k0") == "0 6 9 12 15 18 21 24 27 3"
    await _assert_rebuild_is_live(db, reader)


async def _assert_rebuild_is_live(db: Database, reader: Consumer) -> None:
    async with db.read() as connection:
        live = await rows_of(connection, setting_history.name)
    await rebuild(db, histories, reader.log_of(histories))
    async with db.read() as connection:
        assert await rows_of(connection, setting_history.name) == live
    assert live


async def test_what_waits_and_what_became_of_events_is_measured(db: Database) -> None:
    def total(outcome: str) -> float:
        return REGISTRY.get_sample_value("consumer_events_total", {"outcome": outcome}) or 0

    before = {outcome: total(outcome) for outcome in ("handled", "repeated", "unwanted", "parked")}
    handler, bus = Handler(failing_on("abad")), MemoryBus()
    one = message(envelope("a", "0"))
    async with consuming(consumer(handler), db, bus):
        await bus.publish([one, one, message(envelope("a", "1", type=AccessRecorded.type))])
        await eventually(handled(db, 1))
        await bus.publish([one, message(envelope("a", "bad"))])
        await eventually(handled(db, 2))
    async with consuming(consumer(handler), db, bus):
        await eventually(lambda: REGISTRY.get_sample_value("consumer_parked") == 1)
        await eventually(lambda: REGISTRY.get_sample_value("bus_lag", {"topic": TOPIC}) == 0)
    assert {outcome: total(outcome) - before[outcome] for outcome in before} == {
        "handled": 1,
        "repeated": 2,
        "unwanted": 1,
        "parked": 1,
    }


def test_a_consumer_says_what_it_handles_and_where_from() -> None:
    reader = consumer(Handler())
    assert reader.handles == {SettingChanged}
    assert reader.topics == (SettingChanged.topic,)
    assert all(issubclass(cls, ContractEvent) for cls in reader.handles)
