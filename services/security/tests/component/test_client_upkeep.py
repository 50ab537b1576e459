"""Partners' programs over time: forgotten ones are shut out, and others learn what of them holds now."""

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from chassis.auth import ServiceTokens, Unauthenticated
from chassis.auth.client_keys import RemoteClientKeys
from chassis.auth.nonces import PostgresNonces
from chassis.auth.policy.model import PolicySubject
from chassis.auth.signed_requests import RawRequest, SignedRequests
from chassis.domain import FixedClock, uuid7
from chassis.runtime import Service, http_application
from chassis.store import CasinoScope, Context
from chassis.testing.feed import Feed
from contracts.platform.events import DecisionCount, DecisionsCounted
from security.adapters.clients import client_use
from security.application.client_keys import key_of
from security.domain.client.aggregate import client
from security.domain.client.commands import (
    AssignClientRole,
    DisableClient,
    RegisterClient,
    RetireKey,
    SetTerms,
    Terms,
)
from security.entrypoints.client_jobs import IDLE, disable_forgotten
from security.entrypoints.client_policy import client_subjects
from security.entrypoints.policy import policy_now

from .clients_api import CASINO, Program, ask

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def agreed(clock: FixedClock, days: int = 300, casinos: tuple[str, ...] = (CASINO,), *networks: str) -> Terms:
    until = clock.now() + days * DAY
    return Terms(contact="a@b.example", casinos=casinos, addresses=networks, rate_tier="low", expires_at=until)


async def decided(service: Service, client_id: UUID, command: Any) -> None:
    await service.application.execute(client, client_id, command, Context.system("tests", service.application.clock))


async def registered(service: Service, clock: FixedClock, program: Program, terms: Terms | None = None) -> Program:
    client_id = uuid7()
    register = RegisterClient(
        name=f"p-{uuid4()}", terms=terms or agreed(clock), keys=(key_of(program.jwk),), now=clock.now()
    )
    await decided(service, client_id, register)
    return program.called(str(client_id))


async def subject_of(service: Service, program: Program) -> PolicySubject:
    async with service.db.read() as connection:
        found = {str(one.id): one for one in await client_subjects(connection)}
    return found[program.client_id]


async def test_a_program_that_nobody_uses_is_disabled_after_90_days(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    program = await registered(service, clock, Program.new())
    clock.advance(IDLE - SECOND)
    assert await disable_forgotten(service.application) == 0
    clock.advance(SECOND)
    assert await disable_forgotten(service.application) == 1
    assert await disable_forgotten(service.application) == 0
    assert not (await subject_of(service, program)).active


async def test_a_program_that_is_used_goes_on(client: httpx.AsyncClient, service: Service, clock: FixedClock) -> None:
    program = await registered(service, clock, Program.new())
    clock.advance(IDLE - DAY)
    now = clock.now()
    assertion = program.assertion(iat=now, exp=now + timedelta(minutes=2))
    assert (await ask(client, assertion)).status_code == 200
    clock.advance(2 * DAY)
    assert await disable_forgotten(service.application) == 0


async def test_a_program_whose_time_is_up_is_disabled(service: Service, clock: FixedClock) -> None:
    program = await registered(service, clock, Program.new(), agreed(clock, days=10))
    clock.advance(10 * DAY)
    assert await disable_forgotten(service.application) == 1
    assert not (await subject_of(service, program)).active


async def test_the_policy_knows_a_program_within_its_casinos(service: Service, clock: FixedClock) -> None:
    both, role, held = (CASINO, str(uuid4())), uuid7(), uuid7()
    program = await registered(service, clock, Program.new(), agreed(clock, 300, both))
    assign = AssignClientRole(assignment_id=held, role_id=role, role_name="reader", casinos=both, within=None)
    await decided(service, UUID(program.client_id), assign)
    narrower = SetTerms(terms=agreed(clock, 200), now=clock.now(), within=None)
    await decided(service, UUID(program.client_id), narrower)
    subject = await subject_of(service, program)
    [assignment] = subject.assignments
    assert (subject.kind, subject.active, assignment.role_id) == ("client", True, role)
    assert assignment.scope == CasinoScope.of(UUID(CASINO)), "what the terms no longer name is lost"
    assert assignment.expires_at == clock.now() + 200 * DAY


async def test_the_policy_that_is_published_knows_programs(service: Service, clock: FixedClock) -> None:
    program = await registered(service, clock, Program.new())
    async with service.db.read() as connection:
        policy = await policy_now(connection, clock.now())
    assert policy.subjects[UUID(program.client_id)] == await subject_of(service, program)


class Elsewhere:
    """Another service, which checks signatures by security's list."""

    def __init__(self, service: Service, clock: FixedClock, name: str = "payments") -> None:
        self.now = 0.0
        key = SecretStr(service.settings.internal_key.get_secret_value())
        transport = httpx.ASGITransport(http_application(service))
        keys = RemoteClientKeys(
            "http://security.test", ServiceTokens(name, key), transport=transport, monotonic=lambda: self.now
        )
        self._door = SignedRequests(keys, PostgresNonces(service.db), clock)

    async def takes(self, request: RawRequest) -> bool:
        try:
            await self._door.verify(request)
        except Unauthenticated:
            return False
        return True


def signed(program: Program, at: datetime, address: str = "192.0.2.7") -> RawRequest:
    """Signed by hand (RFC 9421)."""
    target, query = "/api/payments/v1/withdrawals", "limit=5"
    about = (
        f'("@method" "@path" "@query");created={int(at.timestamp())};nonce="{uuid4().hex}"'
        f';keyid="{program.client_id}/{program.kid}";alg="ed25519";tag="pitboss"'
    )
    base = f'"@method": GET\n"@path": {target}\n"@query": ?{query}\n"@signature-params": {about}'
    signature = base64.b64encode(program.pair.private_key.sign(base.encode())).decode()
    headers = [("signature-input", f"s={about}"), ("signature", f"s=:{signature}:")]
    return RawRequest("GET", f"{target}?{query}", headers, b"", address)


async def test_another_service_takes_what_a_program_signed(service: Service, clock: FixedClock) -> None:
    there, program = Elsewhere(service, clock), await registered(service, clock, Program.new())
    request = signed(program, clock.now())
    assert [await there.takes(request) for _ in range(2)] == [True, False]


async def test_a_key_that_was_retired_is_good_nowhere_half_a_minute_later(service: Service, clock: FixedClock) -> None:
    there, program = Elsewhere(service, clock), await registered(service, clock, Program.new())
    assert await there.takes(signed(program, clock.now()))
    await decided(service, UUID(program.client_id), RetireKey(kid=program.kid, within=None))
    there.now += 31
    assert not await there.takes(signed(program, clock.now()))


async def test_a_disabled_program_signs_in_vain(service: Service, clock: FixedClock) -> None:
    there, program = Elsewhere(service, clock), await registered(service, clock, Program.new())
    await decided(service, UUID(program.client_id), DisableClient(cause="staff", within=None))
    assert not await there.takes(signed(program, clock.now()))


async def test_a_new_program_is_known_at_once_but_not_by_guessing(service: Service, clock: FixedClock) -> None:
    there, first = Elsewhere(service, clock), await registered(service, clock, Program.new())
    assert await there.takes(signed(first, clock.now()))
    second = await registered(service, clock, Program.new())
    assert not await there.takes(signed(second, clock.now())), "the list was fetched just now"
    there.now += 3
    assert await there.takes(signed(second, clock.now()))


@pytest.mark.parametrize(("address", "taken"), [("192.0.2.7", True), ("203.0.113.7", False)])
async def test_a_signed_request_comes_from_the_programs_own_addresses(
    service: Service, clock: FixedClock, address: str, taken: bool
) -> None:
    terms = agreed(clock, 300, (CASINO,), "192.0.2.0/24")
    program = await registered(service, clock, Program.new(), terms)
    assert await Elsewhere(service, clock).takes(signed(program, clock.now(), address)) is taken


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_only_ed25519_keys_sign_requests(service: Service, clock: FixedClock, algorithm: str) -> None:
    program = await registered(service, clock, Program.new(algorithm))
    stranger = Program(kid=program.kid, pair=Program.new().pair, client_id=program.client_id)
    assert not await Elsewhere(service, clock).takes(signed(stranger, clock.now()))


async def test_a_request_that_a_program_signed_elsewhere_is_its_last_use(service: Service, clock: FixedClock) -> None:
    program, counted_at, table = await registered(service, clock, Program.new()), clock.now(), client_use
    some = DecisionCount(
        subject_id=UUID(str(program.client_id)), permission="payments.deposit.list", outcome="allow", count=2
    )
    nobody = some.model_copy(update={"subject_id": uuid4()})
    fact = DecisionsCounted(service="payments", counted_at=counted_at, counts=(some, nobody))
    await Feed(service)(fact)
    async with service.db.read() as connection:
        rows = (await connection.execute(select(table.c.client_id, table.c.last_used_at))).all()
    assert [tuple(row) for row in rows] == [(some.subject_id, counted_at)]
