"""Stepping up while others guess: at the door, which does not count here, and within the session, which ends."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import problem
from contracts.security.events import LogInFailed, SessionEnded
from security.adapters.tables import credential, session

from .api import PASSWORD, V1, log_in
from .authenticators import SecurityKey
from .factors import Person

GUESSES = 5
WRONG = "wrong wrong wrong"


async def shut_out(person: Person) -> None:
    """A stranger guesses until the log-in is locked."""
    for _ in range(GUESSES):
        await log_in(person.client, person.login, WRONG)
    assert (await log_in(person.client, person.login, person.password)).status_code == 401


async def goes_on(person: Person) -> bool:
    body = {"refresh_token": person.refresh_token}
    answer = await person.client.post(f"{V1}/staff-sessions/refresh", json=body)
    if answer.status_code == 200:
        person.takes(answer)
    return answer.status_code == 200


async def test_whoever_guesses_at_the_door_keeps_nobody_from_stepping_up(person: Person) -> None:
    await shut_out(person)
    person.takes(await person.steps_up(password=PASSWORD))
    assert (await log_in(person.client, person.login, PASSWORD)).status_code == 401, "the door stays locked"


async def test_nor_from_stepping_up_with_a_key(with_key: tuple[Person, SecurityKey]) -> None:
    person, held = with_key
    await shut_out(person)
    person.takes(await person.steps_up_with(held))


async def test_wrong_proofs_end_the_session_and_leave_the_door_open(person: Person, service: Service) -> None:
    other = Person(person.client, person.clock, person.login, PASSWORD)
    await other.comes_in()
    for _ in range(GUESSES):
        problem(await person.steps_up(password=WRONG), 401, "log_in_refused")
    assert not await goes_on(person)
    problem(await person.steps_up(password=PASSWORD), 401, "unauthenticated")
    assert await goes_on(other)
    facts = await said(service)
    failed = [(fact.failures, fact.locked_until) for fact in facts if isinstance(fact, LogInFailed)]
    assert failed == [(number, None) for number in range(1, GUESSES + 1)]
    assert [fact.cause for fact in facts if isinstance(fact, SessionEnded)][-1] == "proofs_failed"


async def test_wrong_codes_and_keys_end_it_as_well(with_phone: Person, clock: FixedClock) -> None:
    stranger = SecurityKey()
    for number in range(GUESSES):
        wrong = with_phone.steps_up(code="000000") if number % 2 else with_phone.steps_up_with(stranger)
        problem(await wrong, 401, "log_in_refused")
    clock.advance(timedelta(seconds=30))
    assert not await goes_on(with_phone)


async def test_a_right_proof_forgets_the_wrong_ones_before_it(person: Person) -> None:
    for _ in range(2):
        for _ in range(GUESSES - 1):
            problem(await person.steps_up(password=WRONG), 401, "log_in_refused")
        person.takes(await person.steps_up(password=PASSWORD))
    assert await goes_on(person)


async def test_guesses_sent_at_once_are_all_counted(person: Person, service: Service) -> None:
    answers = await asyncio.gather(*(person.steps_up(password=WRONG) for _ in range(GUESSES + 3)))
    assert {answer.status_code for answer in answers} == {401}
    async with service.db.read() as connection:
        kept = (await connection.execute(select(session).where(session.c.cause == "proofs_failed"))).one()
    assert kept.failures == GUESSES


@pytest.mark.parametrize("values", [{"disabled": True}, {"usable_until": "now"}], ids=["disabled", "out of date"])
async def test_a_log_in_that_opens_nothing_proves_nothing(
    person: Person, service: Service, clock: FixedClock, values: dict[str, object]
) -> None:
    async with service.db.write() as connection:
        kept = {name: clock.now() if value == "now" else value for name, value in values.items()}
        await connection.execute(update(credential).values(**kept))
    answer: httpx.Response = await person.steps_up(password=PASSWORD)
    problem(answer, 401, "log_in_refused")
