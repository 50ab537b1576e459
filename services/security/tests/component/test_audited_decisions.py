"""Decisions at the doors are entries of the audit log, found by code, permission and subject."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from chassis.auth.trail import AccessTrail, write
from chassis.messaging.bus import Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.feed import Feed
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.platform.events import AccessRecorded
from security.read_models.audit_log import OUTCOME, table

from .api import V1, add_colleague, enter
from .clients_api import Program, ask, register


async def arrived(service: Service) -> int:
    """Let security hear what it published of decisions; how many."""
    assert service.consumer is not None
    async with service.db.read() as connection:
        statement = text("SELECT envelope FROM outbox WHERE topic = :topic ORDER BY id")
        rows = list((await connection.execute(statement, {"topic": AccessRecorded.topic})).scalars())
    process = Processor(service.consumer, service.application)
    for number, envelope in enumerate(rows):
        key = json.loads(envelope)["partitionkey"]
        await process([Record(AccessRecorded.topic, 0, number, key, envelope.encode())])
    return len(rows)


async def test_a_refusal_is_found_in_the_audit_log(service: Service, first_password: str) -> None:
    app = http_application(service)
    trail: AccessTrail = app.state.trail
    async with talking(app) as client:
        admin = (await enter(client, "admin@example.com", first_password))["access_token"]
        bob = await add_colleague(client, admin)
        token = (await enter(client, bob["login"], bob["one_time_password"], "another long password"))["access_token"]
        trail.taken(last=True)
        for _ in range(3):
            problem(await client.get(f"{V1}/staff", headers=bearer(token)), 403, "forbidden")
        assert await write(trail, service.application) == 1
        assert await arrived(service) == 3, "the refusals, and two passwords that were changed"
        for asked in (
            "outcome=eq.deny",
            "decision=eq.not_granted",
            "permission=eq.security.staff.list",
            f"actor_id=eq.{bob['staff_id']}&decision=neq.allowed",
            "subject_id=like.*staff*&happened_at=gte.2000-01-01",
        ):
            [entry] = await listed(client, admin, asked)
            assert (entry["actor_id"], entry["after"]["count"]) == (bob["staff_id"], 3)
            assert (entry["outcome"], entry["decision"]) == ("deny", "not_granted")
        assert await listed(client, admin, "decision=eq.explicit_deny") == []


def entry_before(**changes: Any) -> AccessRecorded:
    """As decisions were told before they had one set of words: by `denied` or `allowed`, and why."""
    known: dict[str, Any] = {"action": "staff.list", "subject_kind": "route", "subject_id": "GET /staff"}
    return AccessRecorded(**{**known, **changes})


async def test_what_was_decided_has_one_set_of_words(service: Service, first_password: str) -> None:
    app, tell = http_application(service), Feed(service)
    async with talking(app) as client:
        admin = (await enter(client, "admin@example.com", first_password))["access_token"]
        words = {"deny": "not_granted", "challenge": "step_up_needed", "four_eyes": "approval_needed"}
        for outcome, code in {**words, "allow": "allowed"}.items():
            before = "denied" if outcome in ("deny", "challenge") else "allowed"
            await tell(entry_before(outcome=outcome, decision=code), entry_before(outcome=before, decision=code))
            found = await listed(client, admin, f"outcome=eq.{outcome}")
            assert [(one["outcome"], one["decision"]) for one in found] == [(outcome, code)] * 2
        for word in ("denied", "allowed", "den"):
            answer = await client.get(f"{V1}/audit?outcome=eq.{word}", headers=bearer(admin))
            problem(answer, 400, "LST104")
    async with service.db.read() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        statement = select(table.c.entry_id).where(OUTCOME == "deny")
        sql = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {sql}"))).scalars())
    assert "ix_rm_audit_log_came_to" in plan


async def test_log_ins_of_programs_are_found_in_the_audit_log(service: Service, first_password: str) -> None:
    app = http_application(service)
    trail: AccessTrail = app.state.trail
    async with talking(app) as client:
        admin = (await enter(client, "admin@example.com", first_password))["access_token"]
        program = await register(client, admin, Program.new())
        trail.taken(last=True)
        good = program.assertion()
        assert (await ask(client, good)).status_code == 200
        for assertion in (good, program.assertion(aud="https://elsewhere.example"), good, good):
            assert (await ask(client, assertion)).status_code == 401
        await write(trail, service.application, last=True)
        await arrived(service)
        entries = await listed(client, admin, f"subject_id=eq.{program.client_id}&decision=not.is.null")
        found = {
            (one["after"]["outcome"], one["after"]["details"].get("why"), one["after"]["count"]) for one in entries
        }
        assert found == {
            ("allow", None, 1),
            ("deny", "it was used before", 3),
            ("deny", "it is for somebody else", 1),
        }
        assert {one["actor_id"] for one in entries} == {program.client_id}


async def test_strangers_who_knock_without_end_are_one_entry(service: Service) -> None:
    app = http_application(service)
    async with talking(app) as client:
        for _ in range(5):
            stranger = Program.new(client_id=str(uuid4()))
            assert (await ask(client, stranger.assertion())).status_code == 401
        kept = [one.fact for one in app.state.trail.taken(last=True)]
    assert [(one.subject_id, one.count, one.details) for one in kept] == [
        ("unknown", 5, {"why": "there is no such client"})
    ]


async def test_a_changed_password_is_found_in_the_audit_log(service: Service, first_password: str) -> None:
    async with talking(http_application(service)) as client:
        admin = (await enter(client, "admin@example.com", first_password))["access_token"]
        await arrived(service)
        entries = await listed(client, admin, "actor_kind=eq.staff&happened_at=gte.2000-01-01")
    [entry] = [one for one in entries if (one["after"] or {}).get("action") == "password.change"]
    assert entry["actor_id"] == entry["subject_id"]


async def test_what_waits_is_written_before_the_process_ends(service: Service, first_password: str) -> None:
    async with talking(http_application(service)) as client:
        bob = await add_colleague(client, (await enter(client, "admin@example.com", first_password))["access_token"])
        token = (await enter(client, bob["login"], bob["one_time_password"], "another long password"))["access_token"]
        problem(await client.get(f"{V1}/audit", headers=bearer(token)), 403, "forbidden")
    async with service.db.read() as connection:
        statement = text("SELECT count(*) FROM outbox WHERE envelope LIKE '%security.audit.list%'")
        assert await connection.scalar(statement) >= 1


async def listed(client: httpx.AsyncClient, token: str, asked: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}/audit?{asked}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return [dict(one) for one in answer.json()]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """For `first_password` alone; these tests start and stop the service themselves."""
    async with httpx.AsyncClient() as nobody:
        yield nobody
