"""Golden examples at work: what each does to a service that hears it, and that what a service says is as promised.

EFFECTS = {PlayerBlocked: Effect({"player_account": {"blocked": True}}, after=(PlayerRegistered,))}

@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(cls, service):
    await assert_effect(service, cls, EFFECTS[cls])
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft7Validator

import contracts
from chassis.db import Database
from chassis.db.engine import driver
from chassis.db.names import quoted
from chassis.messaging import Record, messages_of
from chassis.messaging.processing import Processor
from chassis.runtime import Service
from chassis.store import Actor, Meta, Recorded
from contracts.envelope import Envelope
from contracts.event import ContractEvent

_HOME = Path(contracts.__file__).parent
_WHEN, _ID = datetime(2026, 3, 1, tzinfo=UTC), UUID(int=1)
_BOOKKEEPING = frozenset({"alembic_version", "inbox"})
"""Tables that say nothing about an effect: every event leaves a row in the inbox, whatever is done with it."""

Rows = Mapping[str, Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What hearing an example does to a service's database.

    Attributes:
        rows: every table that changes, with what one of its new or changed rows says; None where rows only go.
        after: the examples heard before it, which give it something to act on.
        nothing: why nothing changes, where nothing does.
    """

    rows: Rows = field(default_factory=dict)
    after: tuple[type[ContractEvent], ...] = ()
    nothing: str = ""

    def __post_init__(self) -> None:
        if bool(self.rows) == bool(self.nothing):
            raise ValueError("name the tables that change, or why nothing does")


def label(cls: type[ContractEvent]) -> str:
    """For the names of tests: `payments.transfer_posted.v1`."""
    return cls.label()


def example(cls: type[ContractEvent]) -> Envelope:
    """The golden example of an event."""
    return Envelope.from_json((_HOME / "examples" / f"{cls.label()}.json").read_bytes())


async def hear(service: Service, *classes: type[ContractEvent]) -> None:
    """Bring examples to the service one after the other, as its bus would."""
    assert service.consumer is not None
    process = Processor(service.consumer, service.application)
    for cls in classes:
        sent = example(cls)
        await process([Record(cls.topic, 0, 0, sent.partitionkey, sent.to_json())])


def recorded(event: Any, stream_id: str, casino_id: UUID | None = None) -> Recorded[Any]:
    """An event of a domain as `publish` is given it."""
    meta = Meta(actor=Actor("system", "tests"), occurred_at=_WHEN, casino_id=casino_id, correlation_id=_ID)
    return Recorded(event, _ID, "of.the_tests", stream_id, 1, 1, meta)


async def assert_effect(service: Service, cls: type[ContractEvent], effect: Effect) -> None:
    """Let the service hear the example and check that it changes what the effect names and nothing else."""
    await hear(service, *effect.after)
    before = await _everything(service.db)
    await hear(service, cls)
    after = await _everything(service.db)
    assert not after["parked_message"], f"set aside: {after['parked_message']}"
    changed = {name for name in after if after[name] != before[name]}
    assert changed == set(effect.rows), f"changed {sorted(changed)} instead of {sorted(effect.rows)}"
    for name, expected in effect.rows.items():
        came = [json.loads(row) for row in after[name] if row not in before[name]]
        if expected is None:
            assert not came, f"{name} was to lose rows and nothing else: {came}"
        else:
            assert any(expected.items() <= row.items() for row in came), f"{name}: no {expected} in {came}"


def assert_as_promised(fact: ContractEvent) -> None:
    """The event satisfies the schema that its consumers have in hand, and they read what was meant."""
    sent = fact.model_dump(mode="json")
    _satisfies(fact.label(), sent)
    assert type(fact).model_validate_json(json.dumps(sent)) == fact


async def said(service: Service) -> list[ContractEvent]:
    """What the service told the others so far, in order; each of it satisfies its published schemas."""
    async with service.db.read() as connection:
        raw = await driver(connection)
        rows = await raw.fetch("SELECT id, topic, key, partition, envelope FROM outbox ORDER BY id")
        messages = await messages_of(raw, rows, service.renderers)
    return [_heard(message.topic, message.key, message.value.decode()) for message in messages]


def _heard(topic: str, key: str, raw: str) -> ContractEvent:
    sent = json.loads(raw)
    _satisfies("envelope", sent)
    _satisfies(f"{sent['type']}.v{sent['typeversion']}", sent["data"])
    envelope = Envelope.from_json(raw)
    fact = envelope.event()
    assert (topic, envelope.partitionkey) == (fact.topic, fact.key_value())
    assert key == fact.key_value()
    assert envelope.service in fact.producers()
    return fact


def _satisfies(schema: str, sent: Any) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in _promise(schema).iter_errors(sent)]
    assert not errors, f"{schema} is not as promised: {errors}"


@functools.cache
def _promise(schema: str) -> Draft7Validator:
    return Draft7Validator(json.loads((_HOME / "generated" / "schemas" / f"{schema}.json").read_text("utf-8")))


async def _everything(db: Database) -> dict[str, set[str]]:
    """Every row of every table as text."""
    found: dict[str, set[str]] = {}
    async with db.read() as connection:
        raw = await driver(connection)
        for (name,) in await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            if name not in _BOOKKEEPING:
                rows = await raw.fetch(f"SELECT row_to_json(t)::text FROM {quoted(name)} t")  # noqa: S608 - of the catalogue
                found[name] = {row[0] for row in rows}
    return found
