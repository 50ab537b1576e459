"""Second factors: added, asked for, used once, lost, and taken away."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from security.adapters.factor_tables import factor, recovery_code, ticket

from .api import PASSWORD, V1, log_in
from .authenticators import SecurityKey, code_at
from .factors import Person
from .test_players import envelopes

ADMIN = "admin@example.com"
HALF_A_MINUTE = timedelta(seconds=30)


async def test_a_phone_is_asked_for_from_then_on(with_phone: Person) -> None:
    first = await log_in(with_phone.client, ADMIN, PASSWORD)
    assert (first.status_code, first.json()["kinds"]) == (202, ["totp", "recovery_code"])
    assert "access_token" not in first.json()
    tokens = with_phone.takes(await with_phone.second_step(first.json()["ticket"], code=with_phone.code()))
    assert tokens["factor_due_at"] is None
    assert (await with_phone.get("/staff")).status_code == 200


async def test_a_code_is_good_once(with_phone: Person, clock: FixedClock) -> None:
    code = with_phone.code()
    assert (await with_phone.second_step(await with_phone.ticket(), code=code)).status_code == 200
    again = await with_phone.ticket()
    problem(await with_phone.second_step(again, code=code), 401, "log_in_refused")
    clock.advance(HALF_A_MINUTE)
    problem(await with_phone.second_step(again, code=code), 401, "log_in_refused")
    assert (await with_phone.second_step(again, code=with_phone.code())).status_code == 200


async def test_the_code_that_confirmed_a_phone_is_used_up(person: Person) -> None:
    await person.adds_phone()
    problem(await person.second_step(await person.ticket(), code=person.code()), 401, "log_in_refused")


async def test_a_code_is_good_for_its_own_half_minute_to_the_second(with_phone: Person, clock: FixedClock) -> None:
    now = clock.now()
    start = datetime.fromtimestamp(int(now.timestamp()) // 30 * 30 + 30, tz=now.tzinfo)
    code = code_at(with_phone.secret, start)
    held = await with_phone.ticket()
    clock.advance(start - timedelta(microseconds=1) - now)
    problem(await with_phone.second_step(held, code=code), 401, "log_in_refused")
    clock.advance(HALF_A_MINUTE)
    assert (await with_phone.second_step(held, code=code)).status_code == 200


async def test_of_one_code_used_twice_at_once_one_gets_in(with_phone: Person) -> None:
    held = [await with_phone.ticket() for _ in range(4)]
    code = with_phone.code()
    answers = await asyncio.gather(*(with_phone.second_step(one, code=code) for one in held))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_ticket_opens_one_session(with_phone: Person, clock: FixedClock) -> None:
    held = await with_phone.ticket()
    assert (await with_phone.second_step(held, code=with_phone.code())).status_code == 200
    clock.advance(HALF_A_MINUTE)
    problem(await with_phone.second_step(held, code=with_phone.code()), 401, "log_in_refused")


async def test_a_ticket_waits_for_minutes_only(with_phone: Person, clock: FixedClock) -> None:
    held = await with_phone.ticket()
    clock.advance(timedelta(minutes=5))
    problem(await with_phone.second_step(held, code=with_phone.code()), 401, "log_in_refused")


async def test_a_ticket_of_a_program_is_none_of_a_browser(with_phone: Person) -> None:
    body = {"ticket": await with_phone.ticket(), "code": with_phone.code()}
    problem(await with_phone.client.post(f"{V1}/browser-sessions/factor", json=body), 401, "log_in_refused")


async def test_a_new_password_makes_tickets_void(with_phone: Person, clock: FixedClock) -> None:
    held = await with_phone.ticket()
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    changed = await with_phone.client.post(f"{V1}/staff/me/password", json=body, headers=bearer(with_phone.token))
    assert changed.status_code == 200
    problem(await with_phone.second_step(held, code=with_phone.code()), 401, "log_in_refused")


async def test_wrong_codes_lock_as_wrong_passwords_do_and_the_right_password_does_not_begin_anew(
    with_phone: Person, clock: FixedClock
) -> None:
    wrong = f"{(int(with_phone.code()) + 1) % 1_000_000:06}"
    for _ in range(5):
        problem(await with_phone.second_step(await with_phone.ticket(), code=wrong), 401, "log_in_refused")
    assert (await log_in(with_phone.client, ADMIN, PASSWORD)).status_code == 401
    clock.advance(timedelta(minutes=31))
    assert (await with_phone.second_step(await with_phone.ticket(), code=with_phone.code())).status_code == 200


async def test_recovery_codes_are_good_once_each(with_phone: Person, service: Service) -> None:
    assert len(set(with_phone.recovery_codes)) == 10
    first, second = with_phone.recovery_codes[:2]
    assert (await with_phone.second_step(await with_phone.ticket(), recovery_code=first)).status_code == 200
    problem(await with_phone.second_step(await with_phone.ticket(), recovery_code=first), 401, "log_in_refused")
    as_written = second.lower().replace("-", " ")
    assert (await with_phone.second_step(await with_phone.ticket(), recovery_code=as_written)).status_code == 200
    assert (await with_phone.get("/factors")).json()["recovery_codes_left"] == 8
    used = [one.data["left"] for one in await envelopes(service) if one.type == "security.recovery_code_used"]
    assert used == [9, 8]


async def test_new_recovery_codes_make_the_old_ones_void(with_phone: Person, clock: FixedClock) -> None:
    old = with_phone.recovery_codes[0]
    with_phone.takes(await with_phone.second_step(await with_phone.ticket(), code=with_phone.code()))
    renewed = await with_phone.post("/factors/recovery-codes")
    assert len(renewed.json()["recovery_codes"]) == 10
    problem(await with_phone.second_step(await with_phone.ticket(), recovery_code=old), 401, "log_in_refused")
    new = renewed.json()["recovery_codes"][0]
    assert (await with_phone.second_step(await with_phone.ticket(), recovery_code=new)).status_code == 200


@pytest.mark.parametrize("attestation", ["none", "packed"])
@pytest.mark.parametrize(("synced", "amr"), [(False, "hwk"), (True, "swk")])
async def test_a_key_opens_the_door(person: Person, attestation: str, synced: bool, amr: str) -> None:
    held = SecurityKey(attestation=attestation, synced=synced)
    assert (await person.adds_key(held)).status_code == 201
    for _ in range(2):
        asked = await asks(person, await person.ticket())
        answer = await person.second_step(asked["ticket"], key=held.get(asked["public_key"]))
        person.takes(answer)
    own = (await person.get("/own-sessions")).json()
    assert [one["amr"] for one in own if one["current"]] == [sorted([amr, "mfa", "pwd"])]


async def asks(person: Person, held: str) -> dict[str, Any]:
    answer = await person.client.post(f"{V1}/staff-sessions/factor-options", json={"ticket": held})
    assert answer.status_code == 200, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


async def test_an_answer_of_a_key_is_good_once(with_key: tuple[Person, SecurityKey]) -> None:
    person, held = with_key
    asked = await asks(person, await person.ticket())
    answer = held.get(asked["public_key"])
    assert (await person.second_step(asked["ticket"], key=answer)).status_code == 200
    problem(await person.second_step(await person.ticket(), key=answer), 401, "log_in_refused")
    later = await asks(person, await person.ticket())
    problem(await person.second_step(later["ticket"], key=answer), 401, "log_in_refused")


async def test_a_wrong_answer_uses_the_question_up(with_key: tuple[Person, SecurityKey]) -> None:
    person, held = with_key
    asked = await asks(person, await person.ticket())
    good = held.get(asked["public_key"])
    bad = {**good, "response": {**good["response"], "signature": "AAAA"}}
    problem(await person.second_step(asked["ticket"], key=bad), 401, "log_in_refused")
    problem(await person.second_step(asked["ticket"], key=good), 401, "log_in_refused")


BAD_KEYS: dict[str, Any] = {
    "another origin": lambda held: setattr(held, "origin", "http://localhost.evil.test:8000"),
    "within another page": lambda held: setattr(held, "cross_origin", True),
    "another domain": lambda held: setattr(held, "rp_id", "evil.test"),
    "nobody verified": lambda held: setattr(held, "verifies_user", False),
    "nobody present": lambda held: setattr(held, "present", False),
}


@pytest.mark.parametrize("bad", BAD_KEYS)
async def test_a_key_that_answers_wrongly_opens_nothing(with_key: tuple[Person, SecurityKey], bad: str) -> None:
    person, held = with_key
    BAD_KEYS[bad](held)
    asked = await asks(person, await person.ticket())
    problem(await person.second_step(asked["ticket"], key=held.get(asked["public_key"])), 401, "log_in_refused")


@pytest.mark.parametrize("bad", BAD_KEYS)
async def test_a_key_that_answers_wrongly_is_not_registered(person: Person, bad: str) -> None:
    held = SecurityKey()
    BAD_KEYS[bad](held)
    problem(await person.adds_key(held), 422, "factor_refused")
    assert (await person.get("/factors")).json()["factors"] == []


async def test_a_key_that_counts_backwards_has_a_double_and_opens_nothing(person: Person) -> None:
    held = SecurityKey()
    held.count = 5
    await person.adds_key(held)
    for count in (4, 3):
        held.count = count
        asked = await asks(person, await person.ticket())
        problem(await person.second_step(asked["ticket"], key=held.get(asked["public_key"])), 401, "log_in_refused")


async def test_a_key_of_somebody_else_opens_nothing(with_key: tuple[Person, SecurityKey]) -> None:
    person, held = with_key
    other = SecurityKey()
    other.user = held.user
    asked = await asks(person, await person.ticket())
    problem(await person.second_step(asked["ticket"], key=other.get(asked["public_key"])), 401, "log_in_refused")
    other.id = held.id
    asked = await asks(person, await person.ticket())
    problem(await person.second_step(asked["ticket"], key=other.get(asked["public_key"])), 401, "log_in_refused")
    held.user = uuid4().bytes
    asked = await asks(person, await person.ticket())
    problem(await person.second_step(asked["ticket"], key=held.get(asked["public_key"])), 401, "log_in_refused")


async def test_several_keys_have_names_and_one_key_is_registered_once(with_key: tuple[Person, SecurityKey]) -> None:
    person, held = with_key
    assert (await person.steps_up_with(held)).status_code == 200
    problem(await person.adds_key(held), 409, "factor_exists")
    assert (await person.adds_key(SecurityKey(), "Drawer")).status_code == 201
    found = (await person.get("/factors")).json()["factors"]
    assert [(one["kind"], one["name"]) for one in found] == [("webauthn", "Key"), ("webauthn", "Drawer")]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"rawId": 7},
        {"rawId": "é"},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": []},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "AA", "attestationObject": "oA", "authenticatorData": "", "signature": "x"},
        },
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "bnVsbA", "attestationObject": "gICA", "authenticatorData": "AA"},
        },
    ],
    ids=range(7),
)
async def test_what_is_no_answer_of_a_key_is_refused(
    with_key: tuple[Person, SecurityKey], answer: dict[str, Any]
) -> None:
    person, held = with_key
    asked = await asks(person, await person.ticket())
    problem(await person.second_step(asked["ticket"], key=answer), 401, "log_in_refused")
    assert (await person.steps_up_with(held)).status_code == 200
    options = (await person.post("/factors/webauthn/options")).json()
    body = {"ticket": options["ticket"], "name": "Key", "key": answer}
    problem(await person.post("/factors/webauthn", body), 422, "factor_refused")


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"code": "12345"},
        {"code": "abcdef"},
        {"code": "１２３４５６"},
        {"code": 123456},
        {"key": []},
        {"recovery_code": "short"},
        {"recovery_code": "x" * 41},
        {"code": "123456", "recovery_code": "A" * 19},
    ],
    ids=range(9),
)
async def test_what_is_no_proof_is_422(client: httpx.AsyncClient, proof: dict[str, Any]) -> None:
    body = {"ticket": "x" * 43, **proof}
    problem(await client.post(f"{V1}/staff-sessions/factor", json=body), 422, "invalid_request")


async def test_factors_change_only_with_a_fresh_proof_and_with_the_factor_there_is(
    with_phone: Person, clock: FixedClock
) -> None:
    refused = await with_phone.post("/factors/totp", {"name": "Second phone"})
    problem(refused, 401, "insufficient_user_authentication")
    assert refused.headers["WWW-Authenticate"] == ('Bearer error="insufficient_user_authentication", max_age="300"')
    problem(await with_phone.steps_up(password=PASSWORD), 403, "factor_needed")
    with_phone.takes(await with_phone.steps_up(code=with_phone.code()))
    assert (await with_phone.post("/factors/totp", {"name": "Second phone"})).status_code == 201
    clock.advance(timedelta(minutes=5))
    await refresh(with_phone)
    problem(await with_phone.post("/factors/recovery-codes"), 401, "insufficient_user_authentication")


async def test_without_a_factor_the_password_is_proof_enough_for_the_first(person: Person, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=6))
    await refresh(person)
    problem(await person.post("/factors/totp", {"name": "Phone"}), 401, "insufficient_user_authentication")
    problem(await person.steps_up(password="wrong wrong wrong"), 401, "log_in_refused")
    person.takes(await person.steps_up(password=PASSWORD))
    await person.adds_phone()


async def refresh(person: Person) -> None:
    body = {"refresh_token": person.refresh_token}
    person.takes(await person.client.post(f"{V1}/staff-sessions/refresh", json=body))


async def test_a_first_factor_ends_the_sessions_that_were_opened_without_it(person: Person) -> None:
    other = Person(person.client, person.clock, ADMIN, PASSWORD)
    await other.comes_in()
    await person.adds_phone()
    body = {"refresh_token": other.refresh_token}
    problem(await person.client.post(f"{V1}/staff-sessions/refresh", json=body), 401, "session_over")
    await refresh(person)


async def test_with_the_last_factor_the_recovery_codes_go(with_phone: Person, service: Service) -> None:
    with_phone.takes(await with_phone.steps_up(code=with_phone.code()))
    only = (await with_phone.get("/factors")).json()["factors"][0]["factor_id"]
    problem(await with_phone.delete(f"/factors/{uuid4()}"), 404, "not_found")
    assert (await with_phone.delete(f"/factors/{only}")).status_code == 200
    assert (await with_phone.get("/factors")).json() == {"factors": [], "recovery_codes_left": 0}
    problem(await with_phone.post("/factors/recovery-codes"), 409, "no_factor")
    await with_phone.comes_in()


async def test_a_phone_that_was_never_confirmed_is_none(person: Person) -> None:
    begun = (await person.post("/factors/totp", {"name": "Phone"})).json()
    assert begun["otpauth_uri"].startswith("otpauth://totp/Pitboss:admin%40example.com?secret=")
    problem(await person.post(f"/factors/totp/{begun['factor_id']}/confirm", {"code": "000000"}), 422, "factor_refused")
    problem(await person.post(f"/factors/totp/{uuid4()}/confirm", {"code": "000000"}), 404, "not_found")
    await person.comes_in()


async def test_a_secret_is_shown_once(person: Person) -> None:
    headers = {**bearer(person.token), "Idempotency-Key": "the-phone"}
    answers = [
        await person.client.post(f"{V1}/factors/totp", json={"name": "Phone"}, headers=headers) for _ in range(2)
    ]
    assert [answer.json()["secret"] is None for answer in answers] == [False, True]
    assert answers[0].json()["factor_id"] == answers[1].json()["factor_id"]


async def test_no_secret_of_a_factor_is_stored_or_published_in_clear(with_phone: Person, service: Service) -> None:
    held = await with_phone.ticket()
    secrets = [with_phone.secret, held, *with_phone.recovery_codes]
    secrets += [one.replace("-", "") for one in with_phone.recovery_codes]
    async with service.db.read() as connection:
        for table in (tables.event, tables.outbox, tables.idempotency, factor, recovery_code, ticket):
            for row in await connection.execute(select(table)):
                assert not any(secret in str(row) for secret in secrets), table.name
