"""Saved views: what they make of a list, who sees them and what of them, and what files keep."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.testing.tokens import bearer, make_token

from .bets import AML, PLAYERS, REVEAL, VISIBLE, A, B
from .house import EXPORT, NOW, PATH, SHARE, VIEWS, House, rows_of
from .viewing import (
    ANN,
    FINISHED,
    HUGE,
    OTHER_ROLE,
    ROLE,
    WON,
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


async def test_a_view_brings_its_filter_order_and_columns(home: House) -> None:
    me = home.as_()
    view = await home.kept(
        me, filter=WON, order="rounds.desc", columns=[{"name": "rounds", "width": 90}, {"name": "id"}]
    )
    found = await rows(home, me, f"view={view}")
    expected = [row for row in VISIBLE if row["status"] == "won"]
    assert {row["id"] for row in found} == {str(row["id"]) for row in expected}
    assert [row["rounds"] for row in found] == sorted((row["rounds"] for row in expected), reverse=True)
    assert [list(row) for row in found] == [["rounds", "id"]] * len(expected)


async def test_the_address_narrows_a_view_and_has_its_own_order_and_columns(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter=WON, order="rounds.desc", columns=[{"name": "id"}])
    found = await rows(home, me, f"view={view}&rounds=eq.0&order=rounds.asc&select=status,rounds")
    assert found
    assert all(row == {"status": "won", "rounds": 0} for row in found)


async def test_the_tree_of_a_body_and_csv_go_with_a_view(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter=WON, columns=[{"name": "id"}, {"name": "rounds"}])
    asked = {"f": "rounds", "op": "gt", "v": 0}
    by_tree = (await home.client.post(f"{PATH}/query?view={view}", json=asked, headers=me)).json()
    file = await home.client.get(f"{PATH}?view={view}&rounds=gt.0", headers={**me, "Accept": "text/csv"})
    assert by_tree
    assert [row["id"] for row in rows_of(file.content)] == [row["id"] for row in by_tree]
    head = await home.client.head(f"{PATH}?view={view}", headers={**me, "Prefer": "count=exact"})
    assert head.headers["Content-Range"].endswith(f"/{len([row for row in VISIBLE if row['status'] == 'won'])}")


async def test_words_like_me_and_now_stay_alive(home: House) -> None:
    me = home.as_()
    tree = {"f": "created_at", "op": "gte", "v": "now-7d"}
    view = await home.kept(me, filter=tree)
    assert (await show(home, me, view)).json()["filter"] == tree
    assert await rows(home, me, f"view={view}") == []
    home.clock.advance(datetime(2026, 1, 2, tzinfo=UTC) - NOW)
    assert await rows(home, me, f"view={view}")


async def test_a_view_of_a_list_beneath_something_is_good_for_each_of_them(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, list=FINISHED, filter=WON)
    for player in PLAYERS[:2]:
        found = await rows(home, me, f"view={view}", FINISHED.format(player_id=player))
        assert found
        assert {(row["player_id"], row["status"]) for row in found} == {(str(player), "won")}


async def test_a_huge_list_is_narrowed_by_the_view_or_the_address(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, list=HUGE, filter=WON)
    assert code(await home.client.get(f"{HUGE}?view={view}", headers=me)) == (400, "LST116")
    narrow = {"and": [WON, {"f": "created_at", "op": "gte", "v": "2026-01-01"}]}
    narrowed = await home.kept(me, list=HUGE, filter=narrow)
    answer = await home.client.get(f"{HUGE}?view={narrowed}", headers=me)
    assert code(answer) == (422, "LST_COSTLY")


async def test_a_cursor_belongs_to_the_view_and_its_version(home: House) -> None:
    me = home.as_()
    view, twin = [await home.kept(me, filter=WON) for _ in range(2)]
    first = await home.client.get(f"{PATH}?view={view}&limit=2", headers=me)
    link = first.links["next"]["url"]
    assert (await home.client.get(link, headers=me)).status_code == 200
    assert code(await home.client.get(link.replace(view, twin), headers=me)) == (400, "LST107")
    await put(home, me, view, '"1"', filter=WON)
    assert code(await home.client.get(link, headers=me)) == (400, "LST107")


@pytest.mark.parametrize("query", ["view={0}&view={0}", "view=", "view=mine", "view=1", "view=*"])
async def test_what_is_no_view_is_refused(home: House, query: str) -> None:
    me = home.as_()
    view = await home.kept(me)
    answer = await home.client.get(f"{PATH}?{query.format(view)}", headers=me)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("LST109", "LST121")
    assert answer.headers["Proxy-Status"]


async def test_a_view_of_another_list_or_of_nobody_is_not_there(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, list=HUGE)
    for one in (view, str(uuid4())):
        assert code(await home.client.get(f"{PATH}?view={one}", headers=me)) == (404, "LST_NO_SUCH_VIEW")


async def test_players_have_no_views(home: House) -> None:
    view = await home.kept(home.as_())
    player = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    assert code(await home.client.get(f"{PATH}?view={view}", headers=player)) == (404, "LST_NO_SUCH_VIEW")
    assert (await home.keep(player)).status_code == 403
    assert await meta(home, player) is None


async def test_a_shared_view_shows_each_their_own_casinos(home: House) -> None:
    author = home.as_(SHARE, casinos=[A, B])
    view = await home.kept(author, visibility="casino", casino_id=str(A), filter=WON)
    found = await rows(home, somebody(home), f"view={view}")
    assert {row["casino_id"] for row in found} == {str(A)}


async def test_a_view_with_a_field_the_viewer_may_not_ask_is_refused_and_says_which(home: House) -> None:
    author = home.as_(SHARE, REVEAL, AML)
    both = {"and": [ANN, {"f": "suspicion", "op": "eq", "v": "high"}]}
    view = await home.kept(author, visibility="casino", casino_id=str(A), filter=both)
    assert len(await rows(home, author, f"view={view}")) > 0
    for path in (f"{PATH}?view={view}", f"{PATH}?view={view}&order=rounds&select=id"):
        answer = await home.client.get(path, headers=somebody(home))
        assert code(answer) == (400, "LST122")
        assert "Email or Suspicion" in answer.json()["detail"]
        assert "PUT" in answer.json()["hint"]
        assert "ann@example.com" not in answer.text
    more = {"f": "status", "op": "eq", "v": "won"}
    answer = await home.client.post(f"{PATH}/query?view={view}", json=more, headers=somebody(home))
    assert code(answer) == (400, "LST122")


async def test_columns_and_orders_one_may_not_use_can_be_given_otherwise(home: House) -> None:
    author = home.as_(SHARE, REVEAL, AML)
    shared = {"visibility": "casino", "casino_id": str(A)}
    view = await home.kept(author, **shared, columns=[{"name": "id"}, {"name": "suspicion"}], order="email")
    other = somebody(home)
    assert code(await home.client.get(f"{PATH}?view={view}", headers=other)) == (400, "LST122")
    assert code(await home.client.get(f"{PATH}?view={view}&select=id", headers=other)) == (400, "LST122")
    assert await rows(home, other, f"view={view}&select=id&order=rounds")


async def test_a_field_that_is_no_more_is_refused(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter={"f": "note", "op": "eq", "v": "seen"})
    fields = home.service.routers[0]
    spec = next(one.endpoint.serves for one in fields.routes if getattr(one.endpoint, "serves", None))  # type: ignore[attr-defined]
    gone = spec.fields.pop("note")
    try:
        answer = await home.client.get(f"{PATH}?view={view}", headers=me)
    finally:
        spec.fields["note"] = gone
    assert code(answer) == (400, "LST122")
    assert "note" in answer.json()["detail"]


async def test_what_one_may_not_see_in_clear_is_hidden_in_a_view_too(home: House) -> None:
    author = home.as_(SHARE, REVEAL)
    view = await home.kept(author, visibility="casino", casino_id=str(A), filter={"and": [WON, {"not": ANN}]})
    assert (await show(home, author, view)).json()["filter"] == {"and": [WON, {"not": ANN}]}
    other = somebody(home, SHARE)
    shown = (await show(home, other, view)).json()
    assert shown["filter"] == {"and": [WON, {"not": {"f": "email", "op": "eq", "v": "***"}}]}
    assert shown["unusable"] == ["Email"]
    answer = await put(home, other, view, '"1"', **shared(), filter=shown["filter"])
    assert answer.status_code in (400, 422)


async def test_a_private_view_is_its_owners_alone(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter=WON)
    other = somebody(home, SHARE, casinos=["*"])
    for answer in (
        await show(home, other, view),
        await put(home, other, view, "*"),
        await delete(home, other, view),
        await restore(home, other, view, 1),
        await home.client.get(f"{VIEWS}/{view}/versions", headers=other),
        await home.client.get(f"{VIEWS}/{view}/versions/1", headers=other),
    ):
        assert code(answer) == (404, "not_found")
    assert code(await home.client.get(f"{PATH}?view={view}", headers=other)) == (404, "LST_NO_SUCH_VIEW")
    assert await names(home, other) == []
    assert await names(home, me) == ["Mine"]


async def test_a_view_of_a_casino_is_for_those_who_reach_it(home: House) -> None:
    view = await home.kept(home.as_(SHARE), **shared())
    here, there = somebody(home), somebody(home, casinos=[B])
    assert (await names(home, here), await names(home, there)) == (["Mine"], [])
    assert (await show(home, there, view)).status_code == 404
    assert (await home.client.get(f"{PATH}?view={view}", headers=there)).status_code == 404


async def test_a_view_of_a_role_is_for_those_who_hold_it_now(home: House) -> None:
    author = home.as_(grants=held(ROLE, SHARE))
    view = await home.kept(author, **shared(role=ROLE))
    subject = uuid4()
    holder = home.as_(subject=subject, grants=held(ROLE))
    assert (await names(home, holder), await names(home, somebody(home))) == (["Mine"], [])
    withdrawn = home.as_(subject=subject, grants=held(OTHER_ROLE))
    assert await names(home, withdrawn) == []
    assert (await home.client.get(f"{PATH}?view={view}", headers=withdrawn)).status_code == 404
    elsewhere = home.as_(subject=uuid4(), grants=held(ROLE, casinos=[B]))
    assert await names(home, elsewhere) == []


async def test_who_may_not_see_the_list_sees_none_of_its_views(home: House) -> None:
    subject = uuid4()
    view = await home.kept(home.as_(subject=subject))
    await home.kept(home.as_(SHARE), **shared())
    without = home.as_(subject=subject, grants=[{"casinos": [A], "permissions": [EXPORT, SHARE], "role": [ROLE]}])
    assert await names(home, without) == []
    assert (await show(home, without, view)).status_code == 404
    assert (await put(home, without, view, "*")).status_code == 404
    assert (await home.keep(without)).status_code == 403


async def test_an_export_keeps_the_view_it_was_asked_by(home: House) -> None:
    me = home.as_()
    view = await home.kept(me, filter=WON, columns=[{"name": "id"}, {"name": "status"}])
    asked = (await home.ask(me, f"view={view}")).json()
    await put(home, me, view, "*", filter={"f": "status", "op": "eq", "v": "nothing"})
    await delete(home, me, view)
    await home.work()
    found = rows_of((await home.fetch(me, asked["id"])).content)
    assert {tuple(row) for row in found} == {("id", "status", "watermark")}
    assert len(found) == len([row for row in VISIBLE if row["status"] == "won"])
    assert '""v"": ""won""' in (await home.fetch(me, asked["id"], "about")).text
    [requested] = [one for one in await home.recorded() if one["data"]["action"] == "export.requested"]
    assert requested["data"]["details"]["view"] == {"id": view, "version": 1}
    assert requested["data"]["details"]["tree"] == WON


async def test_an_export_by_a_view_one_cannot_use_is_refused(home: House) -> None:
    view = await home.kept(home.as_(SHARE, REVEAL), **shared(), filter=ANN)
    other = somebody(home, EXPORT)
    assert code(await home.ask(other, f"view={view}")) == (400, "LST122")
    assert code(await home.ask(other, f"view={uuid4()}")) == (404, "LST_NO_SUCH_VIEW")
