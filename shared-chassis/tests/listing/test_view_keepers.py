"""Saved views that somebody made or looks after for others, without being one of those they are for."""

from typing import Any
from uuid import uuid4

import pytest

from .bets import LIST, A, B
from .house import PATH, SHARE, VIEWS, House
from .viewing import (
    OTHER_ROLE,
    ROLE,
    WON,
    choose,
    code,
    delete,
    held,
    meta,
    names,
    put,
    restore,
    rows,
    shared,
    show,
    somebody,
)

OURS = {**shared(role=ROLE), "name": "Ours"}


KNOWN = {"casinos": [], "permissions": [], "role": [ROLE]}
"""There is such a role, and whoever is told so does not hold it."""


def everywhere(home: House) -> Any:
    """May share with everybody, and holds another role."""
    return home.as_(subject=uuid4(), grants=[*held(OTHER_ROLE, SHARE, casinos=["*"]), KNOWN])


async def offered(home: House, headers: dict[str, str]) -> dict[str, bool]:
    found = await rows(home, headers, f"list=eq.{PATH}", VIEWS)
    return {one["name"]: one["offered"] for one in found}


async def test_who_makes_a_roles_default_without_holding_the_role_sees_and_changes_it(home: House) -> None:
    me = everywhere(home)
    view = await home.kept(me, **OURS, role_default=True, filter=WON)
    assert (await show(home, me, view)).json()["filter"] == WON
    changed = await put(home, me, view, '"1"', **OURS, role_default=True, order="rounds")
    assert (changed.status_code, changed.json()["order"]) == (200, "rounds")
    assert await rows(home, me, f"view={view}")
    assert (await meta(home, me))["default"] is None, "it is the default of those who hold the role"
    assert (await meta(home, home.as_(subject=uuid4(), grants=held(ROLE))))["default"] == view


async def test_who_may_share_with_everybody_looks_after_the_views_of_all_roles(home: House) -> None:
    view = await home.kept(home.as_(grants=held(ROLE, SHARE)), **OURS, filter=WON)
    keeper = everywhere(home)
    assert await offered(home, keeper) == {"Ours": False}
    assert (await show(home, keeper, view)).json()["filter"] == WON
    assert await rows(home, keeper, f"view={view}")
    assert (await choose(home, keeper, pinned=[view])).status_code == 200
    assert (await put(home, keeper, view, '"1"', **OURS, order="rounds")).json()["version"] == 2
    assert (await restore(home, keeper, view, 1)).json()["version"] == 3
    assert (await delete(home, keeper, view, '"3"')).status_code == 200
    assert await offered(home, keeper) == {}


async def test_who_is_offered_a_view_is_told_so(home: House) -> None:
    author = home.as_(grants=held(ROLE, SHARE))
    await home.kept(author, **OURS)
    assert await offered(home, author) == {"Ours": True}
    assert await offered(home, home.as_(subject=uuid4(), grants=held(ROLE))) == {"Ours": True}


async def test_at_one_casino_one_looks_after_its_views_and_those_of_ones_own_roles_alone(home: House) -> None:
    view = await home.kept(home.as_(grants=held(ROLE, SHARE)), **OURS)
    another_role, colleague = somebody(home, SHARE), home.as_(subject=uuid4(), grants=held(ROLE, SHARE))
    for answer in (
        await show(home, another_role, view),
        await put(home, another_role, view, "*", **OURS),
        await delete(home, another_role, view),
        await home.client.get(f"{VIEWS}/{view}/versions", headers=another_role),
    ):
        assert code(answer) == (404, "not_found")
    elsewhere = somebody(home, SHARE, role=ROLE, casinos=[B])
    assert await names(home, elsewhere) == []
    assert (await put(home, colleague, view, "*", **OURS)).status_code == 200


async def test_who_looks_after_views_sees_none_of_a_list_or_a_casino_that_is_not_theirs(home: House) -> None:
    view = await home.kept(home.as_(SHARE, casinos=[A, B]), **shared(B))
    only_here = [{"casinos": [A], "permissions": [LIST]}, {"casinos": ["*"], "permissions": [SHARE]}]
    keeper = home.as_(subject=uuid4(), grants=only_here)
    assert (await show(home, keeper, view)).status_code == 404
    listless = home.as_(subject=uuid4(), grants=[{"casinos": ["*"], "permissions": [SHARE], "role": [ROLE]}])
    assert await names(home, listless) == []


async def test_a_view_that_is_taken_back_is_its_owners_alone(home: House) -> None:
    owner, keeper = home.as_(SHARE), somebody(home, SHARE)
    view = await home.kept(owner, **shared(), filter=WON)
    taken = await put(home, keeper, view, '"1"', name="Quiet")
    assert (taken.status_code, taken.json()["visibility"]) == (200, "private")
    assert (await show(home, keeper, view)).status_code == 404
    assert (await show(home, owner, view)).json()["name"] == "Quiet"


@pytest.mark.parametrize("permissions", [[], [SHARE]], ids=["shares no more", "still shares"])
async def test_an_owner_who_lost_the_role_still_has_the_view(home: House, permissions: list[str]) -> None:
    subject = uuid4()
    view = await home.kept(home.as_(subject=subject, grants=held(ROLE, SHARE)), **OURS)
    now = home.as_(subject=subject, grants=[*held(OTHER_ROLE, *permissions), KNOWN])
    assert await offered(home, now) == {"Ours": True}
    assert (await show(home, now, view)).status_code == 200
    assert (await put(home, now, view, "*", **OURS)).status_code == 403
    assert (await put(home, now, view, "*")).json()["visibility"] == "private"
