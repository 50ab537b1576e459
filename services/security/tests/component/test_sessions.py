"""Sessions: what a token tells of them, how they are seen, and how they end."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt as pyjwt
import pytest
from sqlalchemy import select

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from security.adapters.factor_tables import ticket
from security.adapters.tables import session

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in
from .authenticators import SecurityKey
from .factors import Person
from .test_at_once import held_up, until, waiting
from .test_players import RIGHT, Casino, envelopes

ADMIN = "admin@example.com"


def claims(token: str) -> dict[str, Any]:
    """What a token says, read by another library."""
    read: dict[str, Any] = pyjwt.decode(token, options={"verify_signature": False})
    return read


async def refresh(person: Person) -> httpx.Response:
    body = {"refresh_token": person.refresh_token}
    return await person.client.post(f"{V1}/staff-sessions/refresh", json=body)


async def causes(service: Service) -> list[str]:
    return [one.data["cause"] for one in await envelopes(service) if one.type == "security.session_ended"]


async def test_a_token_tells_how_and_when_and_a_refresh_does_not_make_it_newer(
    with_phone: Person, clock: FixedClock
) -> None:
    with_phone.takes(await with_phone.second_step(await with_phone.ticket(), code=with_phone.code()))
    began, first = int(clock.now().timestamp()), claims(with_phone.token)
    assert (first["amr"], first["acr"], first["auth_time"]) == (["mfa", "otp", "pwd"], "aal2", began)
    clock.advance(timedelta(minutes=4))
    with_phone.takes(await refresh(with_phone))
    later = claims(with_phone.token)
    assert (later["auth_time"], later["sid"]) == (began, first["sid"])
    assert later["iat"] > first["iat"]


async def test_stepping_up_makes_the_same_session_fresh_and_every_later_token_with_it(
    with_key: tuple[Person, SecurityKey], clock: FixedClock, service: Service
) -> None:
    person, held = with_key
    before = claims(person.token)
    assert (before["amr"], before["acr"]) == (["pwd"], "aal1")
    clock.advance(timedelta(minutes=4))
    person.takes(await person.steps_up_with(held))
    after = claims(person.token)
    assert (after["sid"], after["amr"], after["acr"]) == (before["sid"], ["hwk", "mfa", "pwd"], "aal3")
    assert after["auth_time"] == int(clock.now().timestamp())
    person.takes(await refresh(person))
    assert claims(person.token)["auth_time"] == after["auth_time"]
    assert [one.data["amr"] for one in await envelopes(service) if one.type == "security.stepped_up"] == [
        ["hwk", "mfa", "pwd"]
    ]


async def test_what_was_asked_of_a_key_for_stepping_up_is_good_once_and_for_this_session(
    with_key: tuple[Person, SecurityKey], clock: FixedClock
) -> None:
    person, held = with_key
    options = (await person.post("/step-up/options")).json()
    other = Person(person.client, clock, ADMIN, PASSWORD)
    asked = (
        await person.client.post(f"{V1}/staff-sessions/factor-options", json={"ticket": await other.ticket()})
    ).json()
    other.takes(await other.second_step(asked["ticket"], key=held.get(asked["public_key"])))
    answer = held.get(options["public_key"])
    problem(await other.steps_up(ticket=options["ticket"], key=answer), 401, "log_in_refused")
    assert (await person.steps_up(ticket=options["ticket"], key=answer)).status_code == 200
    problem(await person.steps_up(ticket=options["ticket"], key=answer), 401, "log_in_refused")
    problem(await person.steps_up(ticket="x" * 43, key=answer), 401, "log_in_refused")


@pytest.mark.parametrize(
    "proof", [{}, {"key": {}}, {"ticket": "x" * 43}, {"password": "x", "code": "123456"}], ids=range(4)
)
async def test_a_step_up_takes_one_proof(person: Person, proof: dict[str, Any]) -> None:
    problem(await person.post("/step-up", proof), 422, "invalid_request")


async def test_wrong_passwords_at_the_step_up_end_the_session(person: Person) -> None:
    for _ in range(5):
        problem(await person.steps_up(password="wrong wrong wrong"), 401, "log_in_refused")
    problem(await person.steps_up(password=PASSWORD), 401, "unauthenticated")


async def test_nobody_steps_up_in_a_session_that_is_over(person: Person) -> None:
    assert (await person.delete("/staff-sessions/current")).status_code == 200
    problem(await person.steps_up(password=PASSWORD), 401, "unauthenticated")
    problem(await person.post("/factors/totp", {"name": "Phone"}), 401, "unauthenticated")


async def test_one_sees_ones_own_sessions_and_ends_them(person: Person, clock: FixedClock) -> None:
    other = Person(person.client, clock, ADMIN, PASSWORD)
    headers = {"User-Agent": "Tablet/" + "9" * 400}
    body = {"login": ADMIN, "password": PASSWORD}
    other.takes(await person.client.post(f"{V1}/staff-sessions", json=body, headers=headers))
    assert (await person.delete("/own-sessions")).json() == {"ended": 3}, "both of an hour ago, and the tablet's"
    other.takes(await person.client.post(f"{V1}/staff-sessions", json=body, headers=headers))
    clock.advance(timedelta(minutes=2))
    person.takes(await refresh(person))
    mine, tablet = (await person.get("/own-sessions")).json()
    assert (mine["current"], tablet["current"]) == (True, False)
    assert tablet["user_agent"] == ("Tablet/" + "9" * 400)[:200]
    assert mine["last_seen_at"] > tablet["last_seen_at"]
    problem(await person.delete(f"/own-sessions/{uuid4()}"), 404, "not_found")
    assert (await person.delete(f"/own-sessions/{tablet['session_id']}")).status_code == 200
    problem(await refresh(other), 401, "session_over")
    problem(await person.delete(f"/own-sessions/{tablet['session_id']}"), 404, "not_found")


async def test_a_manager_sees_and_ends_sessions_of_colleagues_of_his_casinos_alone(
    person: Person, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    here, there = str(uuid4()), str(uuid4())
    manages = await define_role(client, person.token, "manager", ["security.session.list", "security.session.end"])
    works = await define_role(client, person.token, "worker", ["payments.deposit.list"])
    people: dict[str, Person] = {}
    ids: dict[str, str] = {}
    for name, role, casinos in (
        ("mia", manages, [here]),
        ("bob", works, [here]),
        ("carl", works, [there]),
        ("dora", works, [there]),
    ):
        added = await add_colleague(client, person.token, f"{name}@example.com")
        assert (await assign(client, person.token, added["staff_id"], role, casinos)).status_code == 201
        people[name] = Person(client, clock, added["login"], PASSWORD)
        people[name].takes(await entered(client, added))
        ids[name] = added["staff_id"]
    assert (await assign(client, person.token, ids["dora"], works, [here])).status_code == 201
    mia = people["mia"]
    seen = {one["subject_id"] for one in (await mia.get("/sessions")).json()}
    assert seen == {ids["mia"], ids["bob"], ids["dora"]}
    why = {"reason": "left the desk open"}
    problem(await mia.post(f"/staff/{ids['carl']}/sessions/end", why), 404, "not_found")
    problem(await mia.post(f"/staff/{ids['dora']}/sessions/end", why), 403, "beyond_own_access")
    problem(await mia.post(f"/staff/{uuid4()}/sessions/end", why), 404, "not_found")
    problem(await mia.post(f"/staff/{ids['bob']}/sessions/end", {**why, "session_id": str(uuid4())}), 404, "not_found")
    problem(await people["bob"].post(f"/staff/{ids['mia']}/sessions/end", why), 403, "forbidden")
    assert (await mia.post(f"/staff/{ids['bob']}/sessions/end", why)).json()["ended"] >= 1
    problem(await refresh(people["bob"]), 401, "session_over")
    assert (await refresh(people["carl"])).status_code == 200


async def entered(client: httpx.AsyncClient, added: dict[str, Any]) -> httpx.Response:
    await enter(client, added["login"], added["one_time_password"])
    return await log_in(client, added["login"], PASSWORD)


async def test_a_session_that_lies_idle_or_grows_old_is_told_to_be_over(
    person: Person, clock: FixedClock, service: Service
) -> None:
    clock.advance(timedelta(minutes=31))
    problem(await refresh(person), 401, "session_over")
    await person.comes_in()
    for _ in range(24):
        clock.advance(timedelta(minutes=29))
        person.takes(await refresh(person))
    clock.advance(timedelta(minutes=29))
    problem(await refresh(person), 401, "session_over")
    assert sorted((await causes(service))[-2:]) == ["expired", "idle"]


@pytest.mark.parametrize("first", ["end", "refresh"])
async def test_a_session_that_is_ended_while_it_is_refreshed_stays_ended(
    person: Person, service: Service, first: str
) -> None:
    sid = claims(person.token)["sid"]

    async def ends() -> httpx.Response:
        return await person.delete(f"/own-sessions/{sid}")

    calls = [ends, lambda: refresh(person)] if first == "end" else [lambda: refresh(person), ends]
    async with held_up(service, "SELECT id FROM session FOR UPDATE"):
        running = []
        for place, call in enumerate(calls, 1):
            running.append(asyncio.ensure_future(call()))

            async def it_waits(place: int = place) -> bool:
                return await waiting(service) == place

            await until(it_waits)
    answers = await asyncio.gather(*running)
    refreshed = answers[1 if first == "end" else 0]
    if refreshed.status_code == 200:
        person.takes(refreshed)
    problem(await refresh(person), 401, "session_over")


async def test_disabling_ends_sessions_and_tickets(
    person: Person, client: httpx.AsyncClient, clock: FixedClock, service: Service
) -> None:
    added = await add_colleague(client, person.token)
    bob = Person(client, clock, added["login"], PASSWORD)
    bob.takes(await entered(client, added))
    await bob.adds_phone()
    clock.advance(timedelta(seconds=30))
    held = await bob.ticket()
    done = await person.post(f"/staff/{added['staff_id']}/disable", {"reason": "left the company"})
    assert done.status_code == 200
    problem(await bob.second_step(held, code=bob.code()), 401, "log_in_refused")
    problem(await bob.steps_up(code=bob.code()), 401, "unauthenticated")
    async with service.db.read() as connection:
        assert (await connection.execute(select(ticket))).all() == []
        left = select(session).where(session.c.subject_id == added["staff_id"], session.c.ended_at.is_(None))
        assert (await connection.execute(left)).all() == []


async def test_a_player_sees_and_ends_his_own_sessions(client: httpx.AsyncClient, service: Service) -> None:
    casino, ann = Casino(client, service), uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    one, two = [(await casino.log_in(RIGHT)).json() for _ in range(2)]
    seen = await client.get(f"{V1}/own-sessions", headers=bearer(one["access_token"]))
    assert [item["current"] for item in seen.json()].count(True) == 1
    ended = await client.delete(f"{V1}/own-sessions", headers={**bearer(one["access_token"]), **key()})
    assert ended.json() == {"ended": 1}
    body = {"refresh_token": two["refresh_token"]}
    problem(await client.post(f"{V1}/player-sessions/refresh", json=body), 401, "session_over")
