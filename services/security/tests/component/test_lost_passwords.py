"""A password that is lost, a colleague who comes back, and a player who chooses another password."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.client import client as talking
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PlayerBlocked
from contracts.payments.permissions import PaymentsPermission
from security.adapters.tables import session

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in
from .test_at_once import held_up, one, until, waiting
from .test_meanwhile import failures, hold_up
from .test_players import OTHER, RIGHT, Casino, envelopes
from .test_reach import World, casinos, world

__all__ = ["world"]
WHY = {"reason": "lost the old one"}
NEW = "a password nobody had"
CAROL = "carol@example.com"


async def renew(
    client: httpx.AsyncClient, token: str, staff_id: str, what: str = "one-time-password"
) -> httpx.Response:
    return await client.post(f"{V1}/staff/{staff_id}/{what}", json=WHY, headers={**bearer(token), **key()})


async def disable(world: World, staff_id: str) -> None:
    answer = await renew(world.client, world.admin, staff_id, "disable")
    assert answer.status_code == 200, answer.text


async def carol_at_work(world: World, *at: str) -> tuple[str, dict[str, Any]]:
    """Carol with the managers' role there: her id and her tokens."""
    carol = await add_colleague(world.client, world.admin, CAROL)
    for where in at:
        given = await assign(world.client, world.admin, carol["staff_id"], world.role_id, casinos(world, where))
        assert given.status_code == 201
    return carol["staff_id"], await enter(world.client, CAROL, carol["one_time_password"])


async def test_whoever_lost_the_password_gets_another_for_one_use(world: World) -> None:
    carol, tokens = await carol_at_work(world, "mine")
    answer = await renew(world.client, world.manager, carol)
    assert answer.status_code == 200, answer.text
    assert (await log_in(world.client, CAROL, PASSWORD)).status_code == 401
    refresh = {"refresh_token": tokens["refresh_token"]}
    assert (await world.client.post(f"{V1}/staff-sessions/refresh", json=refresh)).status_code == 401
    first = (await log_in(world.client, CAROL, answer.json()["one_time_password"])).json()
    assert first["must_change_password"] is True
    again = await enter(world.client, CAROL, answer.json()["one_time_password"], NEW)
    listed = await world.client.get(f"{V1}/staff", headers=bearer(again["access_token"]))
    assert listed.status_code == 200, "the roles stayed"


async def test_a_one_time_password_is_shown_in_the_first_answer_only_and_kept_nowhere(
    world: World, service: Service
) -> None:
    carol, _ = await carol_at_work(world, "mine")
    headers = {**bearer(world.admin), **key()}
    first, repeat = [
        await world.client.post(f"{V1}/staff/{carol}/one-time-password", json=WHY, headers=headers) for _ in range(2)
    ]
    shown = first.json().pop("one_time_password")
    assert repeat.json() == {**first.json(), "one_time_password": None}
    told = [said for said in await envelopes(service) if said.type == "security.one_time_password_given"]
    assert [(said.reason, said.data) for said in told] == [
        (WHY["reason"], {"staff_id": carol, "usable_until": first.json()["usable_until"]})
    ]
    async with service.db.read() as connection:
        kept = str((await connection.execute(select(tables.idempotency))).all())
    assert shown not in kept


async def test_a_new_password_lifts_a_lock_and_waits_for_a_day_only(world: World, clock: FixedClock) -> None:
    carol, _ = await carol_at_work(world, "mine")
    for _ in range(5):
        assert (await log_in(world.client, CAROL, "wrong wrong wrong")).status_code == 401
    one_time = (await renew(world.client, world.admin, carol)).json()["one_time_password"]
    assert (await log_in(world.client, CAROL, one_time)).status_code == 200
    clock.advance(timedelta(hours=25))
    assert (await log_in(world.client, CAROL, one_time)).status_code == 401


@pytest.mark.parametrize(
    ("where", "expected"),
    [(["mine"], 200), (["theirs"], 404), (["mine", "theirs"], 403), (["everywhere"], 404), ([], 404)],
    ids=str,
)
@pytest.mark.parametrize("what", ["one-time-password", "enable"])
async def test_a_password_is_given_by_whoever_manages_all_the_casinos_of_a_colleague(
    world: World, what: str, where: list[str], expected: int
) -> None:
    carol, _ = await carol_at_work(world, *where)
    if what == "enable":
        await disable(world, carol)
    answer = await renew(world.client, world.manager, carol, what)
    assert answer.status_code == expected, answer.text
    assert (await renew(world.client, world.manager, world.manager_id, what)).json()["code"] == "own_access"


async def test_nobody_gets_in_as_somebody_who_may_do_more(world: World) -> None:
    carol, _ = await carol_at_work(world, "mine")
    deposits = await define_role(world.client, world.admin, "cashier", [PaymentsPermission.DEPOSIT_LIST])
    assert (await assign(world.client, world.admin, carol, deposits, [world.mine])).status_code == 201
    refused = await renew(world.client, world.manager, carol)
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_own_access")
    assert (await log_in(world.client, CAROL, PASSWORD)).status_code == 200
    assert (await renew(world.client, world.admin, carol)).status_code == 200


async def test_a_disabled_colleague_comes_back_with_no_role(world: World) -> None:
    carol, _ = await carol_at_work(world, "mine", "theirs")
    await disable(world, carol)
    refused = await renew(world.client, world.admin, carol)
    assert (refused.status_code, refused.json()["code"]) == (409, "staff_member_is_disabled")
    back = await renew(world.client, world.admin, carol, "enable")
    assert back.status_code == 200, back.text
    assert (await log_in(world.client, CAROL, PASSWORD)).status_code == 401
    tokens = await enter(world.client, CAROL, back.json()["one_time_password"], NEW)
    assert (await world.client.get(f"{V1}/staff", headers=bearer(tokens["access_token"]))).status_code == 403
    shown = (await world.client.get(f"{V1}/staff/{carol}", headers=bearer(world.admin))).json()
    assert (shown["status"], shown["assignments"]) == ("active", [])
    again = await renew(world.client, world.admin, carol, "enable")
    assert (again.status_code, again.json()["code"]) == (409, "staff_member_is_active")
    given = await assign(world.client, world.admin, carol, world.role_id, [world.mine])
    assert given.status_code == 201


async def test_a_log_in_with_the_old_password_that_is_under_way_is_ended_with_the_others(
    world: World, service: Service
) -> None:
    carol, _ = await carol_at_work(world, "mine")
    async with held_up(service, "LOCK TABLE outbox IN SHARE MODE"):
        entering = asyncio.ensure_future(log_in(world.client, CAROL, PASSWORD))

        async def log_in_waits() -> bool:
            return await waiting(service) == 1

        await until(log_in_waits)
        renewing = asyncio.ensure_future(renew(world.client, world.admin, carol))

        async def both_wait() -> bool:
            return await waiting(service) == 2

        await until(both_wait)
    assert [one.status_code for one in await asyncio.gather(entering, renewing)] == [200, 200]
    statement = select(session.c.ended_at).where(session.c.subject_id == carol).order_by(session.c.id.desc()).limit(1)
    assert (await one(service, statement)).ended_at is not None


class Player:
    """A player of a casino with a session."""

    def __init__(self, casino: Casino, client: httpx.AsyncClient, token: str) -> None:
        self.casino, self._client, self.token = casino, client, token

    async def change(self, current: str, new: str, door: httpx.AsyncClient | None = None) -> httpx.Response:
        body = {"current_password": current, "new_password": new}
        door = door or self._client
        return await door.post(f"{V1}/player-sessions/password", json=body, headers=bearer(self.token))

    async def refresh(self, token: str) -> int:
        answer = await self._client.post(f"{V1}/player-sessions/refresh", json={"refresh_token": token})
        return answer.status_code


@pytest.fixture
async def player(client: httpx.AsyncClient, service: Service) -> Player:
    casino, ann = Casino(client, service), uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    return Player(casino, client, (await casino.log_in(RIGHT)).json()["access_token"])


async def test_a_player_chooses_another_password_and_his_other_sessions_end(player: Player) -> None:
    other = (await player.casino.log_in(RIGHT)).json()["refresh_token"]
    mine = (await player.casino.log_in(RIGHT)).json()
    player.token = mine["access_token"]
    answer = await player.change(RIGHT, NEW)
    assert answer.status_code == 200, answer.text
    assert [await player.refresh(one) for one in (other, mine["refresh_token"])] == [401, 200]
    assert (await player.casino.log_in(RIGHT)).status_code == 401
    assert (await player.casino.log_in(NEW)).status_code == 200


async def test_wrong_passwords_of_a_player_who_changes_his_are_counted_as_at_the_door(
    player: Player, service: Service
) -> None:
    assert (await player.casino.log_in(OTHER)).status_code == 401
    for _ in range(4):
        refused = await player.change(OTHER, NEW)
        assert (refused.status_code, refused.json()["code"]) == (401, "log_in_refused")
    assert (await player.change(RIGHT, NEW)).status_code == 401
    assert (await player.casino.log_in(RIGHT)).status_code == 401
    told = await failures(service)
    assert [said.data["failures"] for said in told] == [1, 2, 3, 4, 5]
    assert {said.casinoid for said in told} == {player.casino.id}


@pytest.mark.parametrize("weak", ["short", "password", RIGHT])
async def test_a_player_chooses_no_weak_password_and_not_the_same_again(player: Player, weak: str) -> None:
    refused = await player.change(RIGHT, weak)
    assert (refused.status_code, refused.json()["code"]) == (422, "password_too_weak")


async def test_a_blocked_player_changes_nothing(player: Player, service: Service) -> None:
    blocked = (await one(service, select(session.c.subject_id))).subject_id
    await player.casino.tell(PlayerBlocked(player_id=blocked, casino_id=player.casino.id))
    assert (await player.change(RIGHT, NEW)).status_code == 401


async def test_a_password_that_is_changed_while_its_owner_changes_it_is_compared_anew(
    player: Player, service: Service
) -> None:
    app, slow = hold_up(service, lambda: player.change(RIGHT, OTHER))
    async with talking(app) as door:
        assert (await player.change(OTHER, NEW, door)).status_code == 200
    assert slow.compared == 2
    assert await failures(service) == []
    assert (await player.casino.log_in(NEW)).status_code == 200
