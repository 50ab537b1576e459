"""Saved views: who shares and changes them, their versions, defaults, and what is refused."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.auth import Forbidden
from chassis.db.engine import driver
from chassis.testing.tokens import make_token
from chassis.testing.tokens import test_verifier as verifier
from chassis.views import Views
from chassis.views.models import NewViewBody
from chassis.views.who import require_share

from .bets import LIST, REVEAL, A, B
from .house import PATH, SHARE, VIEWS, House
from .viewing import (
    ANN,
    HUGE,
    OTHER_ROLE,
    ROLE,
    WHOLE,
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


@pytest.mark.parametrize("target", [shared(), shared(role=ROLE)])
async def test_sharing_takes_its_permission(home: House, target: dict[str, Any]) -> None:
    me = home.as_(grants=held(ROLE))
    assert (await home.keep(me, **target)).status_code == 403
    view = await home.kept(me)
    assert (await put(home, me, view, "*", **target)).status_code == 403


@pytest.mark.parametrize(("casino", "permissions"), [(A, []), (None, [SHARE])])
async def test_who_may_not_share_is_refused_and_the_trail_is_told(
    home: House, casino: UUID | None, permissions: list[str]
) -> None:
    told: list[tuple[str, str]] = []
    caller = (await verifier().verify(make_token(grants=held(ROLE, *permissions)))).by(None)
    caller = replace(caller, witness=lambda decision, wish: told.append((decision.outcome, wish.permission)))
    views: Views = home.app.state.views
    body = NewViewBody(list=PATH, name="Ours", visibility="role", role_id=ROLE, casino_id=casino)
    with pytest.raises(Forbidden):
        require_share(caller, SHARE, views.lists[PATH], body)
    assert told[-1] == ("deny", SHARE)


async def test_a_casino_that_is_not_ones_own_is_not_there(home: House) -> None:
    answer = await home.keep(home.as_(SHARE), **shared(B))
    unknown = await home.keep(home.as_(SHARE), **shared(uuid4()))
    assert code(answer) == code(unknown) == (404, "not_found")
    only_here = [{"casinos": [A, B], "permissions": [LIST]}, {"casinos": [A], "permissions": [SHARE]}]
    assert (await home.keep(home.as_(grants=only_here), **shared(B))).status_code == 404


async def test_for_all_casinos_or_a_role_of_others_it_takes_the_whole_operator(home: House) -> None:
    here = home.as_(grants=held(ROLE, SHARE))
    assert (await home.keep(here, **shared(None, ROLE))).status_code == 403
    everywhere = home.as_(grants=held(OTHER_ROLE, SHARE, casinos=["*"]))
    assert (await home.keep(everywhere, **shared(None, OTHER_ROLE))).status_code == 201
    two = [*held(ROLE, SHARE), {"casinos": [B], "permissions": [], "role": [OTHER_ROLE]}]
    assert (await home.keep(home.as_(subject=uuid4(), grants=two), **shared(A, OTHER_ROLE))).status_code == 201
    assert code(await home.keep(here, **shared(A, uuid4()))) == (422, "invalid")


@pytest.mark.parametrize(
    "target",
    [
        {"visibility": "role"},
        {"visibility": "casino"},
        {"visibility": "private", "casino_id": str(A)},
        {"visibility": "private", "role_id": str(ROLE)},
        {"visibility": "casino", "casino_id": str(A), "role_id": str(ROLE)},
        {"visibility": "casino", "casino_id": str(A), "role_default": True},
        {"visibility": "private", "role_default": True},
        {"visibility": "everybody"},
    ],
    ids="-".join,
)
async def test_what_does_not_fit_together_is_refused(home: House, target: dict[str, Any]) -> None:
    answer = await home.keep(home.as_(SHARE, casinos=["*"]), **target)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in ("visibility", "role_id", "casino_id", "role_default")


async def test_who_may_share_there_looks_after_what_others_shared(home: House) -> None:
    author, keeper = home.as_(SHARE), somebody(home, SHARE)
    view = await home.kept(author, **shared(), filter=WON)
    assert (await put(home, somebody(home), view, "*", **shared())).status_code == 403
    assert (await delete(home, somebody(home), view)).status_code == 403
    changed = await put(home, keeper, view, '"1"', **shared(), name="Better")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await delete(home, keeper, view, '"2"')).status_code == 200


async def test_an_owner_who_may_share_no_more_can_only_take_it_back(home: House) -> None:
    subject = uuid4()
    view = await home.kept(home.as_(SHARE, subject=subject), **shared())
    now = home.as_(subject=subject)
    assert (await put(home, now, view, "*", **shared(), name="Better")).status_code == 403
    assert (await put(home, now, view, "*")).status_code == 200
    assert await names(home, somebody(home)) == []


async def test_every_change_is_a_version_that_can_be_read_and_restored(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter=WON)
    assert (await put(home, me, view, '"1"', name="Other", order="rounds")).headers["ETag"] == '"2"'
    assert (await delete(home, me, view, '"2"')).json() == {"id": view, "version": 3}
    assert (await show(home, me, view)).status_code == 404
    history = await rows(home, me, "", f"{VIEWS}/{view}/versions")
    assert [(one["version"], one["name"], one["deleted"]) for one in history] == [
        (3, "Other", True), (2, "Other", False), (1, "Mine", False),
    ]  # fmt: skip
    first = (await home.client.get(f"{VIEWS}/{view}/versions/1", headers=me)).json()
    assert (first["filter"], first["order"], first["changed_by"]) == (WON, None, history[0]["changed_by"])
    back = await restore(home, me, view, 1, '"3"')
    assert (back.status_code, back.json()["version"], back.headers["ETag"]) == (200, 4, '"4"')
    assert "filter" not in back.json()
    assert (await show(home, me, view)).json()["filter"] == WON


async def test_who_read_an_older_version_changes_nothing(home: House) -> None:
    me = home.as_()
    view = await home.kept(me)
    await put(home, me, view, '"1"', name="Second")
    for answer in (
        await put(home, me, view, '"1"', name="Third"),
        await delete(home, me, view, '"1"'),
        await restore(home, me, view, 1, '"1"'),
    ):
        assert code(answer) == (412, "view_changed")
    assert (await show(home, me, view)).json()["name"] == "Second"


@pytest.mark.parametrize("match", [None, "", "1", '"x"', "W/*", '"1", "2"'])
async def test_a_change_names_the_version_it_is_made_from(home: House, match: str | None) -> None:
    me = home.as_()
    view = await home.kept(me)
    headers = me if match is None else {**me, "If-Match": match}
    answer = await home.client.put(f"{VIEWS}/{view}", json=WHOLE, headers=headers)
    assert code(answer) == (422, "invalid_request")


@pytest.mark.parametrize("left_out", ["visibility", "filter", "order", "columns", "q"])
async def test_a_change_that_leaves_something_out_changes_nothing(home: House, left_out: str) -> None:
    me = home.as_()
    view = await home.kept(me)
    before = (await show(home, me, view)).json()
    part = {name: value for name, value in WHOLE.items() if name != left_out}
    answer = await home.client.put(f"{VIEWS}/{view}", json=part, headers={**me, "If-Match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, left_out)
    assert (await show(home, me, view)).json() == before


@pytest.mark.parametrize("version", [0, 2, 2**31 - 1])
async def test_a_version_there_is_not_is_not_found(home: House, version: int) -> None:
    me = home.as_()
    view = await home.kept(me)
    assert (await home.client.get(f"{VIEWS}/{view}/versions/{version}", headers=me)).status_code == 404
    assert (await restore(home, me, view, version)).status_code in (404, 422)


async def test_who_removes_a_view_of_another_reads_no_more_of_it(home: House) -> None:
    author, keeper = home.as_(SHARE, REVEAL), somebody(home, SHARE)
    view = await home.kept(author, **shared(), filter=ANN)
    assert (await delete(home, keeper, view)).status_code == 200
    for version in (1, 2):
        told = (await home.client.get(f"{VIEWS}/{view}/versions/{version}", headers=keeper)).json()
        assert told["filter"] == {**ANN, "v": "***"}
    assert (await restore(home, keeper, view, 1)).status_code == 400
    assert (await restore(home, author, view, 1)).status_code == 200


async def test_what_was_private_once_stays_so_in_the_history(home: House) -> None:
    author, keeper = home.as_(SHARE), somebody(home, SHARE)
    view = await home.kept(author, name="Secret")
    await put(home, author, view, "*", **shared(), name="Open")
    history = await rows(home, keeper, "", f"{VIEWS}/{view}/versions")
    assert [one["name"] for one in history] == ["Open"]
    assert (await home.client.get(f"{VIEWS}/{view}/versions/1", headers=keeper)).status_code == 404
    assert (await restore(home, keeper, view, 1)).status_code == 404
    assert len(await rows(home, author, "", f"{VIEWS}/{view}/versions")) == 2


async def test_the_default_of_a_role_holds_until_one_chooses_another(home: House) -> None:
    author = home.as_(grants=held(ROLE, SHARE))
    view = await home.kept(author, **shared(role=ROLE), role_default=True, name="Ours")
    me = home.as_(subject=uuid4(), grants=held(ROLE))
    assert (await meta(home, me))["default"] == view
    assert (await meta(home, somebody(home)))["default"] is None
    mine = await home.kept(me)
    assert (await choose(home, me, default=mine, pinned=[mine, view])).status_code == 200
    assert await meta(home, me) == {"at": VIEWS, "list": PATH, "default": mine, "pinned": [mine, view]}
    listed = {one["name"]: (one["default"], one["pinned"]) for one in await rows(home, me, "", VIEWS)}
    assert listed == {"Mine": (True, 1), "Ours": (False, 2)}
    await delete(home, me, mine)
    assert await meta(home, me) == {"at": VIEWS, "list": PATH, "default": view, "pinned": [view]}


async def test_a_role_begins_with_one_view(home: House) -> None:
    author = home.as_(grants=held(ROLE, SHARE))
    first = await home.kept(author, **shared(role=ROLE), role_default=True)
    other = {**shared(role=ROLE), "role_default": True, "name": "Other"}
    assert code(await home.keep(author, **other)) == (409, "view_default_taken")
    assert (await put(home, author, first, "*", **shared(role=ROLE))).status_code == 200
    assert (await home.keep(author, **other)).status_code == 201
    assert code(await restore(home, author, first, 1)) == (409, "view_default_taken")


async def test_one_cannot_begin_with_a_view_that_is_not_there(home: House) -> None:
    other = await home.kept(somebody(home))
    me = home.as_()
    assert (await choose(home, me, default=other)).status_code == 404
    assert (await choose(home, me, pinned=[other])).status_code == 404
    of_another_list = await home.kept(me, list=HUGE)
    assert (await choose(home, me, default=of_another_list)).status_code == 404
    assert (await choose(home, me, pinned=[str(uuid4()) for _ in range(21)])).status_code == 422
    assert (await choose(home, me, list="/nowhere")).status_code == 422


async def everything(home: House) -> str:
    """All that stands in the database, as text."""
    async with home.service.db.read() as connection:
        raw = await driver(connection)
        found = await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [one["tablename"] for one in found if one["tablename"] != "bet"]
        lines = [str(row[0]) for name in tables for row in await raw.fetch(f'SELECT t::text FROM "{name}" t')]
    return "\n".join(lines)


async def test_what_a_view_asks_for_is_nowhere_in_clear(home: House) -> None:
    me = home.as_(SHARE, REVEAL)
    secret = "zelda-of-hyrule@example.com"
    tree = {"f": "email", "op": "eq", "v": secret}
    view = await home.kept(me, **shared(), filter=tree)
    await put(home, me, view, "*", **shared(), filter=tree, name="Again")
    await restore(home, me, view, 1)
    await home.ask(me, f"view={view}")
    assert (await show(home, me, view)).json()["filter"] == tree
    assert secret not in await everything(home)


async def test_what_changes_about_a_shared_view_is_told_without_its_name_and_filter(home: House) -> None:
    me = home.as_(SHARE)
    view = await home.kept(me, name="Quiet", filter=WON)
    await put(home, me, view, "*", **shared(), filter=WON, name="Loud")
    await delete(home, me, view)
    told = await home.told("platform.setting.events")
    assert [(one["data"]["element"], one["data"]["element_id"]) for one in told] == [("example.view", view)] * 2
    first, last = (one["data"] for one in told)
    assert (first["before"]["visibility"], first["after"]["visibility"], first["casino_id"]) == (
        "private",
        "casino",
        str(A),
    )
    assert (last["before"]["version"], last["after"]) == (2, None)
    assert not {"Quiet", "Loud", "won"} & set(str(told).replace("'", " ").split())


async def test_the_same_request_twice_is_one_view(home: House) -> None:
    keyed = {**home.as_(), "Idempotency-Key": uuid4().hex}
    body = {"list": PATH, "name": "Mine", "filter": WON}
    first = await home.client.post(VIEWS, json=body, headers=keyed)
    again = await home.client.post(VIEWS, json=body, headers=keyed)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("body", "said", "field"),
    [
        ({"filter": {"f": "nothing", "op": "eq", "v": "1"}}, "LST101", "filter"),
        ({"filter": {"f": "email", "op": "eq", "v": "x"}}, "LST101", "filter"),
        ({"filter": {"f": "status", "op": "match", "v": "1"}}, "LST103", "filter"),
        ({"filter": {"f": "rounds", "op": "eq", "v": "many"}}, "LST104", "filter"),
        ({"filter": {"f": "amount_minor", "op": "gt", "v": 1}}, "LST110", "filter"),
        ({"filter": {"and": []}}, "LST117", "filter"),
        ({"filter": {"or": [WON] * 51}}, "LST108", "filter"),
        ({"filter": {"and": [{"or": [{"and": [{"or": [{"and": [{"or": [WON]}]}]}]}]}]}}, "LST112", "filter"),
        ({"filter": {"f": "id", "op": "in", "v": ["1"] * 1001}}, "LST104", "filter"),
        ({"order": "nothing"}, "LST105", "order"),
        ({"order": "email"}, "LST105", "order"),
        ({"order": "rounds.down"}, "LST105", "order"),
        ({"order": "amount_minor"}, "LST110", "order"),
        ({"columns": [{"name": "nothing"}]}, "LST114", "columns"),
        ({"columns": [{"name": "suspicion"}]}, "LST114", "columns"),
        ({"columns": [{"name": "id"}, {"name": "id"}]}, "invalid", "columns"),
        ({"q": "text"}, "LST102", "q"),
        ({"list": "/api/example/v1/nothing"}, "invalid", "list"),
    ],
    ids=lambda one: str(one)[:40] if isinstance(one, dict) else None,
)
async def test_what_the_list_would_refuse_is_not_kept(home: House, body: dict[str, Any], said: str, field: str) -> None:
    me = home.as_()
    answer = await home.keep(me, **body)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"] == said
    assert answer.json()["errors"][0]["field"] == field
    assert await names(home, me) == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": " \t "},
        {"name": "x" * 81},
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"name": "\u200d"},
        {"name": "a\u2028b"},
        {"name": "a\ue000b"},
        {"name": 7},
        {"order": ""},
        {"order": "x" * 501},
        {"columns": [{"name": "id", "width": 19}]},
        {"columns": [{"name": "id", "width": 2001}]},
        {"columns": [{"name": "id", "width": "9"}]},
        {"columns": [{"name": "ID; DROP TABLE"}]},
        {"columns": [{"name": "id"}] * 101},
        {"density": "tight"},
        {"q": ""},
        {"q": "x" * 65},
        {"filter": []},
        {"filter": "status=eq.won"},
        {"owner_id": "0190f5fe-7c00-7a00-8000-000000000001"},
    ],
    ids=lambda one: ascii(one)[:40],
)
async def test_bad_bodies_are_refused(home: House, body: dict[str, Any]) -> None:
    answer = await home.keep(home.as_(), **body)
    assert code(answer) == (422, "invalid_request")


@pytest.mark.parametrize("name", ["Große Gewinne", "高額", "نمای من", "VIP 💎", "a\u200db"])
async def test_names_are_in_any_language(home: House, name: str) -> None:
    me = home.as_()
    await home.kept(me, name=f" {name} ")
    assert await names(home, me) == [name]


async def test_there_are_so_many_views_and_no_more(home: House) -> None:
    me = home.as_()
    kept = [await home.kept(me) for _ in range(50)]
    assert code(await home.keep(me)) == (409, "view_too_many")
    assert (await home.keep(me, list=HUGE)).status_code == 201
    assert (await home.keep(somebody(home))).status_code == 201
    await delete(home, me, kept[0])
    await home.kept(me)
    assert code(await restore(home, me, kept[0], 1)) == (409, "view_too_many")


async def test_a_view_is_not_as_large_as_a_body_may_be(home: House) -> None:
    tree = {"f": "status", "op": "in", "v": ["x" * 100] * 1000}
    answer = await home.keep(home.as_(), filter=tree)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "filter")


async def test_a_list_of_views_is_asked_like_any_list(home: House) -> None:
    me = home.as_()
    await home.kept(me, name="One")
    await home.kept(me, name="Two", list=HUGE)
    assert [one["name"] for one in await rows(home, me, "name=eq.Two", VIEWS)] == ["Two"]
    assert [one["name"] for one in await rows(home, me, "order=name.desc", VIEWS)] == ["Two", "One"]
    about = (await home.client.get(f"{VIEWS}/meta", headers=me)).json()
    assert about["views"]["list"] == VIEWS
    of_views = await home.kept(me, list=VIEWS, filter={"f": "owner_id", "op": "eq", "v": "$me"}, name="Of views")
    assert len(await rows(home, me, f"view={of_views}", VIEWS)) == 3
