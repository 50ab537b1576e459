"""A request that a program signed comes in as it was signed, where programs may come in at all."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, Form
from pydantic import BaseModel

from chassis.auth import AnyStaff, Caller, PermissionSpec, Player, PlayerOr, Requires
from chassis.auth.signed_requests import SignedRequests
from chassis.auth.trail import AccessTrail
from chassis.auth.usage import Usage
from chassis.domain import FixedClock
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.problems import problem
from chassis.testing.programs import Program
from chassis.testing.tokens import test_verifier

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASK, STAFF_ONLY = "example.report.request", "example.player.block"
PERMISSIONS = [PermissionSpec(ASK, "Ask", api_client=True), PermissionSpec(STAFF_ONLY, "Block")]
BODY = b'{"month": "2026-02"}'


@dataclass
class Memory:
    """Nonces of one process."""

    used: set[str] = field(default_factory=set)

    async def use(self, client_id: UUID, nonce: str, until: datetime) -> bool:
        new = nonce not in self.used
        self.used.add(nonce)
        return new


class Asked(BaseModel):
    month: str


router = APIRouter()
calls: list[str] = []


@router.post("/reports")
async def ask(caller: Annotated[Caller, Requires(ASK)], body: Asked) -> dict[str, str]:
    calls.append(body.month)
    return {"by": str(caller.id), "kind": caller.kind}


@router.post("/forms")
async def fill(caller: Annotated[Caller, PlayerOr(ASK)], month: Annotated[str, Form()]) -> None:
    calls.append(month)


@router.post("/blocks")
async def block(caller: Annotated[Caller, Requires(STAFF_ONLY)]) -> None: ...


@router.get("/me")
async def me(caller: Annotated[Caller, AnyStaff()]) -> None: ...


@router.get("/mine")
async def mine(caller: Annotated[Caller, Player()]) -> None: ...


@pytest.fixture
def program() -> Program:
    calls.clear()
    return Program(PERMISSIONS, [ASK, STAFF_ONLY], [uuid4()])


@pytest.fixture
def trail() -> AccessTrail:
    return AccessTrail(PERMISSIONS, Usage(), lambda: 0.0)


@pytest.fixture
async def client(program: Program, trail: AccessTrail) -> AsyncIterator[httpx.AsyncClient]:
    app = create_service(
        "example",
        settings=make_settings(HttpSettings),
        routers=[router],
        permissions=PERMISSIONS,
        verifier=test_verifier(),
        policy=program.policy,
        trail=trail,
        signed=SignedRequests(program, Memory(), FixedClock(NOW)),
    )
    async with started(app) as client:
        yield client


def with_json(program: Program, body: bytes = BODY) -> httpx.Request:
    request = program.signed("POST", "/reports", NOW, body)
    request.headers["content-type"] = "application/json"
    return request


def sent_as(request: httpx.Request, body: bytes) -> httpx.Request:
    """The same request with another body, of the right length."""
    headers = {**request.headers, "content-length": str(len(body))}
    return httpx.Request(request.method, request.url, headers=headers, content=body)


async def test_a_signed_body_reaches_the_handler(client: httpx.AsyncClient, program: Program) -> None:
    answer = await client.send(with_json(program))
    assert (answer.status_code, answer.json()) == (200, {"by": str(program.id), "kind": "client"})
    assert calls == ["2026-02"]


async def test_another_body_does_not(client: httpx.AsyncClient, program: Program) -> None:
    problem(await client.send(sent_as(with_json(program), b'{"month": "2026-03"}')), 401, "unauthenticated")
    problem(await client.send(sent_as(with_json(program), BODY + b" ")), 401, "unauthenticated")
    undigested = with_json(program)
    del undigested.headers["content-digest"]
    problem(await client.send(undigested), 401, "unauthenticated")
    assert calls == []


async def test_a_body_beside_a_signature_without_one_does_not(client: httpx.AsyncClient, program: Program) -> None:
    bare = program.signed("POST", "/reports", NOW)
    bare.headers["content-type"] = "application/json"
    problem(await client.send(sent_as(bare, BODY)), 401, "unauthenticated")
    assert calls == []


async def test_what_is_refused_is_kept_for_the_audit_log_without_anything_the_caller_wrote(
    client: httpx.AsyncClient, program: Program, trail: AccessTrail
) -> None:
    request = sent_as(with_json(program), BODY + b" ")
    stranger = {"signature": "sig1=:c2VjcmV0:", "signature-input": 'sig1=();keyid="secret"'}
    await client.send(request)
    await client.get("/me", headers=stranger)
    kept = trail.taken(last=True)
    assert [(one.fact.outcome, one.fact.decision, one.fact.subject_id) for one in kept] == [
        ("deny", "not_proved", str(program.id)),
        ("deny", "not_proved", "unknown"),
    ]
    assert all(one.fact.request_id for one in kept)
    told = "".join(f"{one.fact.model_dump()} {one.context}" for one in kept)
    signature = request.headers["signature"].removeprefix("sig1=")
    assert not {one for one in (signature, "secret", "c2VjcmV0", "keyid") if one in told}


async def test_a_flood_of_refused_signatures_is_a_line(
    client: httpx.AsyncClient, program: Program, trail: AccessTrail
) -> None:
    once = with_json(program)
    await client.send(once)
    for number in range(20):
        await client.send(once)
        await client.get("/me", headers={"signature": f"sig{number}=::", "signature-input": f"sig{number}=(;;"})
    counted = {one.fact.subject_id: one.fact.count for one in trail.taken(last=True) if one.fact.outcome == "deny"}
    assert counted == {str(program.id): 20, "unknown": 20}


@pytest.mark.parametrize(("name", "value"), [("signature", "x"), ("signature-input", ""), ("signature", "sig1=::")])
async def test_half_a_signature_is_none(client: httpx.AsyncClient, name: str, value: str) -> None:
    problem(await client.get("/me", headers={name: value}), 401, "unauthenticated")


async def test_a_form_cannot_be_signed(client: httpx.AsyncClient, program: Program) -> None:
    request = program.signed("POST", "/forms", NOW, b"month=2026-02")
    request.headers["content-type"] = "application/x-www-form-urlencoded"
    problem(await client.send(request), 401, "unauthenticated")
    assert calls == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/blocks"), ("GET", "/me"), ("GET", "/mine")])
async def test_what_is_not_for_programs_stays_closed(
    client: httpx.AsyncClient, program: Program, method: str, path: str
) -> None:
    problem(await client.send(program.signed(method, path, NOW)), 403, "forbidden")


@pytest.mark.parametrize("name", ["security.audit.list", "payments.withdrawal.approve", "example.thing.approve_all"])
def test_managing_access_and_approving_are_never_for_programs(name: str) -> None:
    with pytest.raises(ValueError, match="not for partners' programs"):
        PermissionSpec(name, "No", api_client=True)
