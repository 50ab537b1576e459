"""The copy of a process: where it begins, what it follows, what it does not believe, and when it closes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey
from pydantic import SecretStr

from chassis.auth.policy import signing, wire
from chassis.auth.policy.disk import DiskCopy
from chassis.auth.policy.local import REMEMBERED, LocalPolicy
from chassis.auth.policy.model import Policy
from chassis.auth.policy.news import Confirmed
from chassis.auth.policy.pull import Pulled
from chassis.domain import FixedClock
from chassis.messaging import MemoryBus, Message
from chassis.testing.bus_reader import eventually
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.security.events import PolicyChanged, PolicyConfirmed, SessionEnded

from .policies import NOW, PERMISSIONS

INTERNAL = SecretStr("k" * 32)
KEY = signing.new_key("first")


def version(number: int) -> Policy:
    return Policy(version=number, issued_at=NOW, permissions=dict(list(PERMISSIONS.items())[: number % 4 + 1]))


class Security:
    """Whoever is asked, with a switch."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.policy, self.key, self.up, self.asked = clock, version(1), KEY, True, 0
        self.ended: dict[UUID, datetime] = {}

    async def pull(self, _: int) -> Pulled:
        self.asked += 1
        if not self.up:
            raise ConnectionError("security is down")
        return self.pulled()

    def pulled(self) -> Pulled:
        return Pulled(
            policy=signing.sign(wire.encode(self.policy), "policy+jws", self.key),
            confirmed=Confirmed(self.policy.version, self.clock.now()).sign(self.key),
            keys=signing.document_of({str(self.key.kid): self.key}),
            ended=self.ended,
        )


def message(fact: ContractEvent) -> Message:
    envelope = Envelope(
        id=uuid4(),
        source="/pitboss/security",
        type=fact.type,
        typeversion=fact.version,
        subject="policy",
        time=NOW,
        partitionkey=str(fact.key_value()),
        actorkind="system",
        actorid="policy",
        correlationid=uuid4(),
        data=fact.model_dump(mode="json"),
    )
    return Message(fact.topic, str(fact.key_value()), envelope.to_json())


def changed(old: Policy, new: Policy, key: OKPKey = KEY) -> Message:
    signed = signing.sign(wire.encode(wire.delta(old, new)), "policy-delta+jws", key)
    return message(PolicyChanged(installation="pitboss", policy_version=new.version, signed=signed))


def confirmed(number: int, at: datetime, key: OKPKey = KEY) -> Message:
    signed = Confirmed(number, at).sign(key)
    return message(PolicyConfirmed(installation="pitboss", policy_version=number, signed=signed))


@asynccontextmanager
async def following(local: LocalPolicy, bus: MemoryBus) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(local.run(stop, bus))
    try:
        await eventually(lambda: local.version)
        yield
    finally:
        stop.set()
        await running


async def test_it_begins_with_what_security_says_and_follows_changes() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    async with following(local, bus):
        assert local.policy == version(1)
        await bus.publish([changed(version(1), version(2))])
        await eventually(lambda: local.policy == version(2))
        assert security.asked == 1


async def test_what_was_missed_is_asked_for() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    async with following(local, bus):
        security.policy = version(3)
        await bus.publish([changed(version(2), version(3))])
        await eventually(lambda: local.policy == version(3))


async def test_a_policy_too_large_to_be_sent_is_asked_for() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    async with following(local, bus):
        security.policy = version(2)
        await bus.publish([message(PolicyChanged(installation="pitboss", policy_version=2))])
        await eventually(lambda: local.policy == version(2))


async def test_what_security_did_not_sign_changes_nothing() -> None:
    clock, bus, forged = FixedClock(NOW), MemoryBus(), signing.new_key("first")
    local = LocalPolicy(pull=Security(clock).pull, clock=clock)
    async with following(local, bus):
        clock.advance(timedelta(seconds=5))
        session = uuid4()
        await bus.publish(
            [
                changed(version(1), version(2), forged),
                confirmed(1, clock.now(), forged),
                Message("security.policy.events", "pitboss", b"{}"),
                Message("security.policy.events", "pitboss", b"\xff"),
                message(SessionEnded(subject_kind="staff", subject_id=uuid4(), session_id=session, cause="logged_out")),
            ]
        )
        await eventually(lambda: session in local.standing().ended)
        assert local.policy == version(1)


async def test_an_older_policy_is_not_taken() -> None:
    clock = FixedClock(NOW)
    security = Security(clock)
    local = LocalPolicy(clock=clock)
    security.policy = version(5)
    local.take(security.pulled())
    security.policy = version(4)
    local.take(security.pulled())
    assert local.version == 5


async def test_it_grows_old_until_somebody_confirms_it() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    async with following(local, bus):
        security.up = False
        clock.advance(timedelta(seconds=61))
        assert local.standing().age_s == 61
        await bus.publish([confirmed(1, clock.now())])
        await eventually(lambda: local.standing().age_s == 0)


async def test_a_confirmation_from_the_future_is_worth_no_more_than_one_of_now() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    local = LocalPolicy(pull=Security(clock).pull, clock=clock)
    async with following(local, bus):
        clock.advance(timedelta(seconds=1))
        await bus.publish([confirmed(1, NOW + timedelta(days=1))])
        await eventually(lambda: local.standing().age_s == 0)
        clock.advance(timedelta(seconds=61))
        assert local.standing().age_s == 61


async def test_without_any_policy_the_copy_is_as_old_as_can_be() -> None:
    assert LocalPolicy().standing().age_s > 10**8
    assert not await LocalPolicy().at_least(1)


async def test_a_start_without_security_and_bus_begins_with_the_copy_on_disk(tmp_path: Path) -> None:
    clock, disk = FixedClock(NOW), DiskCopy(tmp_path / "folder" / "games.json", INTERNAL)
    security = Security(clock)
    security.ended[ended := uuid4()] = NOW
    async with following(LocalPolicy(pull=security.pull, disk=disk, clock=clock), MemoryBus()):
        await eventually(disk.load)
    security.up = False
    clock.advance(timedelta(seconds=20))
    later = LocalPolicy(pull=security.pull, disk=disk, clock=clock)
    bus = MemoryBus()
    async with following(later, bus):
        assert later.policy == version(1)
        assert later.standing().age_s == 20
        assert ended in later.standing().ended
        await bus.publish([changed(version(1), version(2))])
        await eventually(lambda: later.policy == version(2))


def test_a_copy_that_somebody_changed_is_no_copy(tmp_path: Path) -> None:
    path, clock = tmp_path / "games.json", FixedClock(NOW)
    local = LocalPolicy(clock=clock)
    local.take(Security(clock).pulled())
    asyncio.run(_saved(local, DiskCopy(path, INTERNAL)))
    kept = path.read_bytes()
    assert DiskCopy(path, INTERNAL).load() is not None
    assert DiskCopy(path, SecretStr("x" * 32)).load() is None
    for altered in (b"", b"\n", kept.replace(b"deposit", b"devious"), kept[:-1], b"0" + kept):
        path.write_bytes(altered)
        assert DiskCopy(path, INTERNAL).load() is None


async def _saved(local: LocalPolicy, disk: DiskCopy) -> None:
    local._disk = disk
    await local._to_disk()


async def test_ended_sessions_are_forgotten_when_no_token_can_live() -> None:
    clock, bus, session = FixedClock(NOW), MemoryBus(), uuid4()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    local.end(session, NOW)
    async with following(local, bus):
        assert session in local.standing().ended
        clock.advance(REMEMBERED + timedelta(seconds=1))
        await eventually(lambda: session not in local.standing().ended)


async def test_a_token_newer_than_the_copy_has_it_fetched_once_for_all_who_wait() -> None:
    clock = FixedClock(NOW)
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    security.policy = version(2)
    assert await asyncio.gather(*(local.at_least(2) for _ in range(5))) == [True] * 5
    assert security.asked == 1
    assert not await local.at_least(3)


async def test_a_token_newer_than_the_copy_waits_for_the_bus() -> None:
    clock, bus = FixedClock(NOW), MemoryBus()
    security = Security(clock)
    local = LocalPolicy(pull=security.pull, clock=clock)
    async with following(local, bus):
        waiting = asyncio.create_task(local.at_least(2))
        await bus.publish([changed(version(1), version(2))])
        assert await waiting
        assert security.asked == 1


def test_the_one_who_makes_policies_is_never_behind() -> None:
    local = LocalPolicy.holding(version(1), clock=FixedClock(NOW))
    assert local.standing().age_s == 0
    local.hold(replace(version(2), issued_at=NOW))
    assert local.version == 2
