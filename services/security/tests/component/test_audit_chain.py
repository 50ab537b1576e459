"""The audit log is sealed: whatever is done to its rows afterwards is found, and named."""

import asyncio
import json

import pytest
from sqlalchemy import text

from chassis.domain import FixedClock
from chassis.messaging import Message
from chassis.messaging.postgres_bus import PostgresBus
from chassis.runtime import Service
from chassis.testing.environment import make_settings
from chassis.testing.golden import hear
from chassis.testing.postgres import CHASSIS, Databases
from contracts.registry import consumed_by
from security.adapters.audit_chain import AuditChain, Finding, SealedBefore
from security.entrypoints.commands import verify_audit
from security.main import build
from security.settings import Settings

EVENTS = list(consumed_by("security"))[:6]


async def sealed_log(service: Service) -> AuditChain:
    """A log of six entries, sealed together: the world was told of the last of them alone."""
    await hear(service, *EVENTS)
    await settled(service, len(EVENTS))
    chain: AuditChain = service.state["audit_chain"]
    assert await chain.catch_up() == len(EVENTS)
    return chain


async def settled(service: Service, entries: int) -> None:
    """Until all that was received may be sealed: older than the oldest transaction of the whole server."""
    sure = text("SELECT count(*) FROM inbox WHERE tx_id < pg_snapshot_xmin(pg_current_snapshot())")
    async with asyncio.timeout(30):
        while True:
            async with service.db.read() as connection:
                if await connection.scalar(sure) >= entries:
                    return


async def caught_up(chain: AuditChain, entries: int) -> None:
    """Until all are sealed: what is newer than the oldest transaction of the whole server is not taken yet."""
    async with asyncio.timeout(30):
        while entries > 0:
            entries -= await chain.catch_up()
            await asyncio.sleep(0)
    assert entries == 0, "an entry is sealed once"


async def findings(service: Service, expected: dict[int, bytes] | None = None) -> list[tuple[str, int | None]]:
    chain: AuditChain = service.state["audit_chain"]
    return [(one.kind, one.sequence) async for one in chain.verify(expected) if isinstance(one, Finding)]


async def tamper(service: Service, *statements: str) -> None:
    """What somebody with the database's password would do."""
    async with service.db.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def chain_at(service: Service, sequence: int) -> bytes:
    async with service.db.read() as connection:
        found = await connection.scalar(text(f"SELECT chain FROM audit_seal WHERE sequence = {sequence}"))
    return bytes(found)


async def test_a_log_nobody_touched_has_nothing_to_find(service: Service) -> None:
    chain = await sealed_log(service)
    assert await chain.catch_up() == 0, "an entry is sealed once"
    assert await findings(service) == []


async def test_the_log_stays_whole_while_it_grows(service: Service) -> None:
    await hear(service, *EVENTS[:3])
    await caught_up(service.state["audit_chain"], 3)
    await hear(service, *EVENTS[3:])
    assert await findings(service) == [], "what came meanwhile is sealed by the check itself"


NTH = "(SELECT entry_id FROM audit_seal WHERE sequence = {})"
CASES: dict[str, tuple[list[str], list[tuple[str, int | None]]]] = {
    "a changed reason": (
        [f"UPDATE rm_audit_log SET reason = 'because' WHERE entry_id = {NTH.format(3)}"],
        [("changed", 3)],
    ),
    "a changed moment": (
        [f"UPDATE rm_audit_log SET happened_at = happened_at + interval '1 us' WHERE entry_id = {NTH.format(1)}"],
        [("changed", 1)],
    ),
    "a changed detail": (
        [f"UPDATE rm_audit_log SET after = after || '{{\"x\": 1}}' WHERE entry_id = {NTH.format(6)}"],
        [("changed", 6)],
    ),
    "a removed entry": ([f"DELETE FROM rm_audit_log WHERE entry_id = {NTH.format(4)}"], [("missing", 4)]),
    "a removed entry and its seal": (
        [f"DELETE FROM rm_audit_log WHERE entry_id = {NTH.format(4)}", "DELETE FROM audit_seal WHERE sequence = 4"],
        [("reordered", 5)],
    ),
    "the newest entries and seals removed": (
        [
            f"DELETE FROM rm_audit_log WHERE entry_id IN ({NTH.format(5)}, {NTH.format(6)})",
            "DELETE FROM audit_seal WHERE sequence > 4",
        ],
        [("cut_off", 6)],
    ),
    "two seals exchanged": (
        [
            "UPDATE audit_seal SET sequence = -2 WHERE sequence = 2",
            "UPDATE audit_seal SET sequence = 2 WHERE sequence = 3",
            "UPDATE audit_seal SET sequence = 3 WHERE sequence = -2",
        ],
        [("reordered", 2), ("reordered", 3), ("reordered", 4)],
    ),
    "an entry and its seal rewritten without the key": (
        [
            f"UPDATE rm_audit_log SET actor_id = 'nobody' WHERE entry_id = {NTH.format(2)}",
            "UPDATE audit_seal SET content = sha256('nobody') WHERE sequence = 2",
        ],
        [("reordered", 2), ("changed", 2)],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_was_done_to_the_log_is_found(service: Service, case: str) -> None:
    await sealed_log(service)
    statements, expected = CASES[case]
    await tamper(service, *statements)
    assert await findings(service) == expected


async def test_an_entry_that_never_came_is_found(service: Service) -> None:
    await sealed_log(service)
    columns = "type, casino_id, actor_kind, actor_id, actor_ip, authorised_by, reason, element, before, after"
    await tamper(
        service,
        f"INSERT INTO rm_audit_log (entry_id, happened_at, correlation_id, {columns}) "
        f"SELECT gen_random_uuid(), happened_at, correlation_id, {columns} FROM rm_audit_log LIMIT 1",
    )
    assert await findings(service) == [("added", None)]


async def test_an_entry_that_never_came_does_not_hide_behind_a_transaction_of_the_future(service: Service) -> None:
    await sealed_log(service)
    columns = "type, casino_id, actor_kind, actor_id, actor_ip, authorised_by, reason, element, before, after"
    forged = "00000000-0000-4000-8000-000000000001"
    await tamper(
        service,
        f"INSERT INTO rm_audit_log (entry_id, happened_at, correlation_id, {columns}) "
        f"SELECT '{forged}', happened_at, correlation_id, {columns} FROM rm_audit_log LIMIT 1",
        "INSERT INTO inbox (consumer, event_id, tx_id, topic, key, type) "
        f"VALUES ('x', '{forged}', '9000000000000000000'::xid8, 't', 'k', 'nothing')",
    )
    assert await findings(service) == [("added", None)]


ALL_ANEW = (
    "DELETE FROM audit_seal",
    "DELETE FROM audit_checkpoint",
    "DELETE FROM projection_state WHERE name = 'audit_chain'",
)


async def test_no_other_chain_is_begun_where_one_was_published(
    databases: Databases, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    url, log_url = await databases.create("security"), await databases.create(CHASSIS)
    bus = PostgresBus(log_url)
    service = build(make_settings(Settings, database_url=url, bus_database_url=log_url), clock=clock)
    try:
        await sealed_log(service)
        async with service.db.read() as connection:
            rows = (await connection.execute(text("SELECT topic, key, envelope FROM outbox ORDER BY id"))).all()
        await bus.publish([Message(row.topic, row.key, row.envelope.encode()) for row in rows])
        await tamper(service, *ALL_ANEW)
        with pytest.raises(SealedBefore):
            await caught_up(service.state["audit_chain"], len(EVENTS))
        assert await verify_audit(service, []) == 1
        assert "the log was begun anew" in capsys.readouterr().out
    finally:
        await bus.close()
        await service.db.close()


async def test_nothing_is_sealed_first_while_nobody_can_tell_what_was_published(
    databases: Databases, clock: FixedClock
) -> None:
    service = build(make_settings(Settings, database_url=await databases.create("security")), clock=clock)
    try:
        with pytest.raises(OSError, match="onnect"):
            await sealed_log(service)
    finally:
        await service.db.close()


async def test_whoever_has_the_key_is_betrayed_by_a_checkpoint_kept_elsewhere(service: Service) -> None:
    """Everything is made anew, checkpoints too: the database alone can tell nothing any more."""
    chain = await sealed_log(service)
    published = await chain_at(service, 6)
    await tamper(
        service,
        'UPDATE inbox SET envelope = replace(envelope, \'"actorid":"\', \'"actorid":"x\')',
        "UPDATE rm_audit_log SET actor_id = 'x' || actor_id",
        *ALL_ANEW,
    )
    await caught_up(chain, len(EVENTS))
    assert await findings(service) == []
    assert await findings(service, {6: published}) == [("cut_off", 6)]


async def test_the_head_of_the_chain_is_published(service: Service) -> None:
    await sealed_log(service)
    async with service.db.read() as connection:
        told = await connection.scalar(text("SELECT envelope FROM outbox WHERE topic = 'security.audit.events'"))
    head = json.loads(told)["data"]
    assert head["chain"] == (await chain_at(service, head["sequence"])).hex(), "the head when it was told, not the last"


async def test_sealers_take_turns(service: Service) -> None:
    await hear(service, *EVENTS)
    chain: AuditChain = service.state["audit_chain"]
    sealed = sum(await asyncio.gather(*(chain.catch_up() for _ in range(3))))
    await caught_up(chain, len(EVENTS) - sealed)
    assert await findings(service) == []


async def test_the_command_says_what_it_found(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    await sealed_log(service)
    assert await verify_audit(service, []) == 0
    said = capsys.readouterr().out
    assert f"{len(EVENTS)} entries sealed, 0 not as they were" in said
    assert "WARNING" in said, "nothing from outside vouches for it"
    assert await verify_audit(service, ["--expect", f"6:{(await chain_at(service, 6)).hex()}"]) == 0
    assert "WARNING" not in capsys.readouterr().out
    await tamper(service, CASES["a removed entry"][0][0])
    assert await verify_audit(service, []) == 1
    assert "missing: seal 4" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "7", "x:00", "7:zz"])
async def test_a_checkpoint_that_is_none_is_refused(
    service: Service, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    with pytest.raises(SystemExit):
        await verify_audit(service, ["--expect", text])
    assert "one is written as 1200:5f3a..." in capsys.readouterr().err
