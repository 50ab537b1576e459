"""Many players at once: blocked, let in again, tagged."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P

from .api import JUST_NOW, V1, a_player, erase, key, open_casino, staff


async def frozen(client: httpx.AsyncClient, action: str, query: str, who: dict[str, str], **body: Any) -> Any:
    answer = await client.post(f"{V1}/players/bulk-{action}?{query}", json=body, headers={**who, **key()})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def done(client: httpx.AsyncClient, service: Service, clock: FixedClock, job: Any, who: dict[str, str]) -> Any:
    body = {"reason": "a ring of accounts"}
    answer = await client.post(f"{V1}/bulk-jobs/{job['id']}/run", json=body, headers={**who, **key()})
    assert answer.status_code == 200, answer.text
    await TaskRunner(service.db, service.tasks, clock=clock).run_due()
    return (await client.get(f"{V1}/bulk-jobs/{job['id']}", headers=who)).json()


def ann(*permissions: str, casinos: tuple[UUID | str, ...] = ("*",), subject: UUID | None = None) -> dict[str, str]:
    held = permissions or tuple(P)
    return bearer(make_token(permissions=held, casinos=casinos, subject=subject or uuid4(), auth_time=JUST_NOW))


async def test_the_players_of_a_filter_are_blocked_and_no_others(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    here, there = await open_casino(client), await open_casino(client)
    mine = [await a_player(client, here, email=f"{n}@mail.example.com", first_name=f"A{n}") for n in range(3)]
    theirs = await a_player(client, there)
    who = ann(casinos=(UUID(here),))
    job = await frozen(client, "block", f"player_id=in.({','.join([*mine[:2], theirs])})", who)
    assert job["rows"] == 2
    assert (await done(client, service, clock, job, who))["done"] == 2
    status = {one["player_id"]: one["status"] for one in (await client.get(f"{V1}/players", headers=staff())).json()}
    assert [status[one] for one in (*mine, theirs)] == ["blocked", "blocked", "active", "active"]
    again = await done(client, service, clock, await frozen(client, "block", "status=eq.blocked", who), who)
    assert (again["done"], again["skipped"]) == (0, 2)
    back = await done(client, service, clock, await frozen(client, "unblock", "status=eq.blocked", who), who)
    assert back["done"] == 2


async def test_tags_are_put_on_and_taken_off_and_the_erased_are_left_alone(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    here = await open_casino(client)
    first, second = [await a_player(client, here, email=f"{n}@mail.example.com", first_name=n) for n in ("A", "B")]
    who, tag = ann(), {"parameters": {"tag": "ring"}}
    job = await frozen(client, "tag", f"casino_id=eq.{here}", who, **tag)
    await erase(client, second)
    shown = await done(client, service, clock, job, who)
    assert (shown["done"], shown["skipped"]) == (1, 1)
    rows = (await client.get(f"{V1}/bulk-jobs/{job['id']}/rows?result=eq.skipped", headers=who)).json()
    assert [(one["row_id"], one["code"]) for one in rows] == [(second, "account_closed")]
    tagged = (await client.get(f"{V1}/players?tags=cs.{{ring}}", headers=staff())).json()
    assert [one["player_id"] for one in tagged] == [first]
    off = await done(client, service, clock, await frozen(client, "untag", f"casino_id=eq.{here}", who, **tag), who)
    assert off["done"] == 1


async def test_why_many_were_tagged_or_blocked_is_read_by_whoever_may(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    here = await open_casino(client)
    await a_player(client, here)
    who, tag = ann(), {"parameters": {"tag": "ring"}}
    for action, body in (("tag", tag), ("block", {}), ("unblock", {}), ("untag", tag)):
        await done(client, service, clock, await frozen(client, action, f"casino_id=eq.{here}", who, **body), who)
    colleague = ann(*(one for one in P if one != P.PLAYER_VIEW_REASON))
    for headers, told in ((colleague, {None}), (ann(), {"a ring of accounts"}), (who, {"a ring of accounts"})):
        jobs = (await client.get(f"{V1}/bulk-jobs", headers=headers)).json()
        assert (len(jobs), {one["reason"] for one in jobs}) == (4, told)


async def test_support_s_first_line_tags_and_blocks_nobody(client: httpx.AsyncClient) -> None:
    here = await open_casino(client)
    await a_player(client, here)
    tags = ann(P.PLAYER_LIST, P.PLAYER_TAG, P.BULK_RUN)
    assert (await frozen(client, "tag", "", tags, parameters={"tag": "vip"}))["not_allowed"] == 0
    answer = await client.post(f"{V1}/players/bulk-block", json={}, headers={**tags, **key()})
    assert answer.status_code == 403
