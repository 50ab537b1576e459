"""Looking at things as a player does: by whom, for how long, and what is told of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.envelope import Envelope

from .api import V1, add_colleague, assign, define_role, enter
from .factors import Person
from .test_players import EMAIL, RIGHT, Casino
from .test_sessions import claims


@pytest.fixture
async def ann() -> UUID:
    return uuid4()


@pytest.fixture
async def casino(client: httpx.AsyncClient, service: Service, ann: UUID) -> Casino:
    casino = Casino(client, service)
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    return casino


WHY = {"reason": "cannot see her bonus"}


async def test_the_token_names_both_and_is_short(person: Person, casino: Casino, ann: UUID, clock: FixedClock) -> None:
    answer = await person.post("/impersonations", {"player_id": str(ann), **WHY})
    assert answer.status_code == 201, answer.text
    said, own = claims(answer.json()["access_token"]), claims(person.token)
    assert (said["kind"], said["sub"], said["casino"]) == ("player", str(ann), str(casino.id))
    assert (said["act"], said["sid"]) == ({"sub": own["sub"]}, own["sid"])
    assert said["exp"] - said["iat"] == 900
    assert "grants" not in said


async def test_it_reads_and_changes_nothing(
    person: Person, client: httpx.AsyncClient, casino: Casino, ann: UUID, clock: FixedClock
) -> None:
    looking = bearer((await person.post("/impersonations", {"player_id": str(ann), **WHY})).json()["access_token"])
    assert (await client.get(f"{V1}/own-sessions", headers=looking)).status_code == 200
    for method, path in (
        ("DELETE", "/player-sessions/current"),
        ("DELETE", "/own-sessions"),
        ("DELETE", "/browser-sessions"),
        ("POST", "/player-sessions/password"),
    ):
        problem(await client.request(method, f"{V1}{path}", json={}, headers=looking), 403, "forbidden")
    clock.advance(timedelta(minutes=15))
    problem(await client.get(f"{V1}/own-sessions", headers=looking), 401, "unauthenticated")


async def test_where_a_player_was_is_not_for_whoever_looks_as_he_does(
    person: Person, client: httpx.AsyncClient, casino: Casino, ann: UUID
) -> None:
    herself = bearer((await casino.log_in(RIGHT)).json()["access_token"])
    looking = bearer((await person.post("/impersonations", {"player_id": str(ann), **WHY})).json()["access_token"])
    [hers] = (await client.get(f"{V1}/own-sessions", headers=herself)).json()
    [seen] = (await client.get(f"{V1}/own-sessions", headers=looking)).json()
    assert None not in (hers["ip"], hers["user_agent"])
    assert (seen["session_id"], seen["ip"], seen["user_agent"]) == (hers["session_id"], None, None)
    problem(await client.get(f"{V1}/own-sessions", params={"ip": f"eq.{hers['ip']}"}, headers=looking), 400, "LST101")


async def test_it_is_told_who_looked_and_why_and_the_token_is_kept_nowhere(
    person: Person, client: httpx.AsyncClient, casino: Casino, ann: UUID, service: Service
) -> None:
    headers = {**bearer(person.token), "Idempotency-Key": "look-at-ann"}
    body = {"player_id": str(ann), **WHY}
    first, again = [await client.post(f"{V1}/impersonations", json=body, headers=headers) for _ in range(2)]
    assert first.json()["access_token"]
    assert again.json() == {**first.json(), "access_token": None}
    async with service.db.read() as connection:
        rows = (await connection.execute(select(tables.outbox.c.envelope))).scalars().all()
    told = [one for one in map(Envelope.from_json, rows) if one.type == "platform.access_recorded"]
    told = [one for one in told if one.data["action"] != "password.change"]
    assert [(one.data["action"], one.data["subject_id"], one.casinoid, one.reason) for one in told] == [
        ("player.view_as", str(ann), casino.id, WHY["reason"])
    ]
    token, data = claims(person.token), told[0].data
    assert told[0].actorid == token["sub"]
    assert (data["permission"], data["decision"], data["outcome"]) == (
        "security.impersonation.start",
        "allowed",
        "allow",
    )
    assert data["amr"] == sorted(token["amr"])
    assert data["rules"], "the lines of his roles that let him"
    assert (data["policy_version"] > 0, data["authenticated_at"] is not None) == (True, True)


async def test_nobody_looks_as_a_colleague_or_as_nobody(person: Person, client: httpx.AsyncClient) -> None:
    bob = await add_colleague(client, person.token)
    for who in (bob["staff_id"], str(uuid4())):
        problem(await person.post("/impersonations", {"player_id": who, **WHY}), 404, "not_found")
    problem(await person.post("/impersonations", {"player_id": "ann", **WHY}), 422, "invalid_request")
    problem(await person.post("/impersonations", {"player_id": str(uuid4())}), 422, "invalid_request")


async def test_it_takes_the_permission(person: Person, client: httpx.AsyncClient, clock: FixedClock, ann: UUID) -> None:
    added = await add_colleague(client, person.token)
    bob = Person(client, clock, added["login"], EMAIL)
    bob.token = (await enter(client, added["login"], added["one_time_password"]))["access_token"]
    problem(await bob.post("/impersonations", {"player_id": str(ann), **WHY}), 403, "forbidden")


async def test_it_ends_when_the_permission_is_taken_away(
    person: Person, client: httpx.AsyncClient, casino: Casino, ann: UUID
) -> None:
    bob = await add_colleague(client, person.token)
    role = await define_role(client, person.token, "looker", ["security.impersonation.start"])
    given = await assign(client, person.token, bob["staff_id"], role, [str(casino.id)])
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    headers = {**bearer(token), "Idempotency-Key": "look-at-ann"}
    started = await client.post(f"{V1}/impersonations", json={"player_id": str(ann), **WHY}, headers=headers)
    looking = bearer(started.json()["access_token"])
    assert (await client.get(f"{V1}/own-sessions", headers=looking)).status_code == 200
    held = f"{V1}/staff/{bob['staff_id']}/assignments/{given.json()['assignment_id']}"
    assert (await client.delete(held, headers=bearer(person.token))).status_code == 200
    problem(await client.get(f"{V1}/own-sessions", headers=looking), 401, "unauthenticated")
