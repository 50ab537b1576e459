"""Who am I, as a console asks it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token, test_verifier

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, log_in
from .factors import Person

CASINO = str(uuid4())


async def me(client: httpx.AsyncClient, token: str) -> dict[str, Any]:
    answer = await client.get(f"{V1}/me", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_says_who_one_is_and_what_one_may_do_where(
    client: httpx.AsyncClient, administrator: dict[str, Any], clock: FixedClock
) -> None:
    admin = administrator["access_token"]
    bob = await add_colleague(client, admin)
    role_id = await define_role(client, admin, "cashier", ["payments.deposit.list", "security.staff.create"])
    ends = (clock.now() + timedelta(hours=2)).isoformat()
    await assign(client, admin, bob["staff_id"], role_id, [CASINO], expires_at=ends)
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    found = await me(client, token)
    assert (found["kind"], found["login"], found["name"]) == ("staff", "bob@example.com", "Bob")
    lists, creates = found["permissions"]
    assert (lists["permission"], lists["casinos"], lists["step_up_s"]) == ("payments.deposit.list", [CASINO], None)
    assert lists["modes"]["financial"] == "clear"
    assert (creates["permission"], creates["step_up_s"]) == ("security.staff.create", 300)
    [role] = found["roles"]
    assert (role["role_name"], role["expires_at"] is not None) == ("cashier", True)
    assert found["session"]["amr"] == ["pwd"]
    assert (found["break_glass"], found["elevations"], found["factors"]) == (None, [], [])


async def test_what_asks_for_a_fresh_proof_stays_in_the_menu_and_what_is_over_leaves_it(
    client: httpx.AsyncClient, administrator: dict[str, Any], clock: FixedClock
) -> None:
    admin = administrator["access_token"]
    bob = await add_colleague(client, admin)
    role_id = await define_role(client, admin, "hires", ["security.staff.create"])
    ends = (clock.now() + timedelta(minutes=12)).isoformat()
    await assign(client, admin, bob["staff_id"], role_id, [CASINO], expires_at=ends)
    tokens = await enter(client, bob["login"], bob["one_time_password"])
    for minutes, held in ((8, 1), (4, 0)):
        clock.advance(timedelta(minutes=minutes))
        refresh = {"refresh_token": tokens["refresh_token"]}
        tokens = (await client.post(f"{V1}/staff-sessions/refresh", json=refresh)).json()
        found = await me(client, tokens["access_token"])
        assert (len(found["permissions"]), len(found["roles"])) == (held, held)


async def test_it_shows_wishes_emergency_and_factors(
    client: httpx.AsyncClient, administrator: dict[str, Any], clock: FixedClock
) -> None:
    admin = administrator["access_token"]
    bob = await add_colleague(client, admin)
    allowed = ["security.elevation.request", "security.break_glass.open"]
    role_id = await define_role(client, admin, "on_call", allowed)
    await assign(client, admin, bob["staff_id"], role_id, [CASINO])
    person = Person(client, clock, bob["login"], PASSWORD)
    person.token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    wish = {"role_id": role_id, "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", "reason": "two are ill"}
    asked = (await person.post("/elevations", wish)).json()["elevation_id"]
    held = await person.has_key()
    night = {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30}
    opened = (await person.post("/break-glass", night)).json()
    person.token = opened["access_token"]
    found = await me(client, person.token)
    assert [one["elevation_id"] for one in found["elevations"]] == [asked]
    assert (found["break_glass"]["break_glass_id"], found["break_glass"]["ends_at"]) == (
        opened["break_glass_id"],
        opened["ends_at"],
    )
    assert "backoffice.player.block" in {one["permission"] for one in found["permissions"]}
    assert [one["kind"] for one in found["factors"]] == ["webauthn"]
    assert found["recovery_codes_left"] == 10
    clock.advance(timedelta(minutes=30))
    await person.comes_in_with(held)
    found = await me(client, person.token)
    assert found["break_glass"] is None
    assert "backoffice.player.block" not in {one["permission"] for one in found["permissions"]}


async def test_whoever_must_change_a_password_is_told_so(client: httpx.AsyncClient, first_password: str) -> None:
    token = (await log_in(client, "admin@example.com", first_password)).json()["access_token"]
    assert (await me(client, token))["must_change_password"] is True


async def test_whoever_looks_at_things_as_a_player_sees_that_he_does(service: Service) -> None:
    service.verifier = test_verifier()
    staff, player, casino = uuid4(), uuid4(), uuid4()
    async with talking(http_application(service)) as client:
        token = make_token(kind="player", subject=player, casino=casino, act={"sub": str(staff)})
        found = await me(client, token)
        assert (found["kind"], found["subject_id"], found["impersonated_by"]) == ("player", str(player), str(staff))
        assert (found["permissions"], found["session"], found["login"]) == ([], None, None)
        problem(await client.get(f"{V1}/me"), 401, "unauthenticated")
        problem(await client.get(f"{V1}/me", headers=bearer(make_token())), 404, "not_found")
