"""Rows are frozen by the list's own filter, as the caller sees them, and nothing is done to them yet."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from .conftest import Shop
from .example import ALONE, EVERYTHING, JOBS, LIST, MOST, PATH, RUN, VOID, A, B, rows


async def test_what_the_filter_leaves_is_counted_and_nothing_is_done(shop: Shop) -> None:
    await shop.bets(*rows(4), *rows(2, state="paid", first=10))
    job = await shop.frozen("state=eq.open")
    assert (job["state"], job["rows"], job["not_allowed"], job["second_person"]) == ("frozen", 4, 0, False)
    assert {UUID(one["row_id"]) for one in job["sample"]} == {one["id"] for one in rows(4)}
    await shop.work()
    assert await shop.effects() == []


async def test_address_tree_and_search_narrow_together(shop: Shop) -> None:
    await shop.bets(*rows(3), *rows(3, state="paid", first=10))
    tree = {"f": "id", "op": "in", "v": [str(one["id"]) for one in (*rows(2), *rows(1, first=10))]}
    assert (await shop.frozen("state=eq.open", filter=tree))["rows"] == 2
    assert (await shop.frozen("q=paid", filter=tree))["rows"] == 1


async def test_a_saved_view_narrows_as_it_narrows_the_list(shop: Shop) -> None:
    await shop.bets(*rows(2), *rows(3, state="paid", first=10))
    kept = {"list": PATH, "name": "Paid", "filter": {"f": "state", "op": "eq", "v": "paid"}}
    view = await shop.post("/api/example/v1/views", kept)
    assert view.status_code == 201, view.text
    job = await shop.frozen(f"view={view.json()['id']}")
    assert job["rows"] == 3
    (trace,) = [one for one in await shop.recorded() if one["data"]["action"] == "bulk.frozen"]
    assert trace["data"]["details"]["view"] == {"id": view.json()["id"], "version": 1}
    assert (await shop.freeze(f"view={uuid4()}")).status_code in (400, 404)


async def test_rows_that_come_later_are_not_touched(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen("state=eq.open")
    await shop.bets(*rows(2, first=50))
    await shop.run(job)
    await shop.work()
    assert {one.bet_id for one in await shop.effects()} == {one["id"] for one in rows(2)}


async def test_rows_of_another_casino_are_never_frozen(shop: Shop) -> None:
    await shop.bets(*rows(2), *rows(2, B))
    job = await shop.frozen(f"casino_id=eq.{B}")
    assert (job["rows"], job["casinos"]) == (0, [])


async def test_rows_one_may_see_and_not_act_on_are_told(shop: Shop) -> None:
    await shop.bets(*rows(2), *rows(1, B))
    grants = [{"casinos": [A, B], "permissions": [LIST, RUN]}, {"casinos": [A], "permissions": [VOID]}]
    me = shop.as_(grants=grants)
    job = await shop.done("", me)
    assert (job["rows"], job["not_allowed"]) == (3, 1)
    assert (job["done"], job["refused"]) == (2, 1)
    assert (await shop.results(job))[rows(1, B)[0]["id"]] == ("refused", "out_of_scope")


async def test_too_many_rows_are_refused_and_make_no_job(shop: Shop) -> None:
    await shop.bets(*rows(MOST + 1))
    answer = await shop.freeze()
    assert (answer.status_code, answer.json()["code"]) == (422, "bulk_too_many_rows")
    assert str(MOST) in answer.json()["detail"]
    assert (await shop.client.get(JOBS, headers=shop.as_())).json() == []


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("limit=5", {}),
        ("offset=5", {}),
        ("nothing=eq.1", {}),
        ("state=eq", {}),
        ("amount_minor=gt.1", {}),
        ("q=%00", {}),
        ("", {"filter": {}}),
        ("", {"filter": {"and": []}}),
        ("", {"filter": {"f": "id"}}),
        ("", {"filter": {"f": "id", "op": "eq", "v": "no id"}}),
        ("", {"filter": []}),
        ("", {"more": 1}),
        ("", {"parameters": {"rule": 1}}),
    ],
)
async def test_what_is_not_understood_makes_no_job(shop: Shop, query: str, body: dict[str, Any]) -> None:
    assert (await shop.freeze(query, **body)).status_code in (400, 422)
    assert (await shop.client.get(JOBS, headers=shop.as_())).json() == []


@pytest.mark.parametrize("parameters", [{}, {"rule": "1"}, {"rule": True}, {"rule": 1, "more": 2}, None, []])
async def test_parameters_are_held_against_their_form(shop: Shop, parameters: Any) -> None:
    assert (await shop.freeze(action="pay", parameters=parameters)).status_code == 422
    assert (await shop.freeze(action="pay")).status_code == 422


@pytest.mark.parametrize("missing", [LIST, VOID, RUN])
async def test_all_three_permissions_are_needed(shop: Shop, missing: str) -> None:
    held = [one for one in EVERYTHING if one != missing]
    assert (await shop.freeze(headers=shop.as_(None, *held))).status_code == 403


async def test_the_same_request_twice_is_one_job(shop: Shop) -> None:
    await shop.bets(*rows(2))
    keyed = {**shop.as_(), "Idempotency-Key": uuid4().hex}
    first = await shop.client.post(f"{PATH}/bulk-void", json={}, headers=keyed)
    await shop.bets(*rows(MOST + 1, first=100))
    again = await shop.client.post(f"{PATH}/bulk-void", json={}, headers=keyed)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())


async def test_what_can_be_done_is_told_to_those_who_may(shop: Shop) -> None:
    answer = await shop.client.get("/api/example/v1/bulk-actions", headers=shop.as_(None, LIST, VOID, RUN))
    (one,) = answer.json()
    assert (one["action"], one["href"], one["alone"], one["most"]) == ("bets.void", f"{PATH}/bulk-void", ALONE, MOST)
    both = (await shop.client.get("/api/example/v1/bulk-actions", headers=shop.as_())).json()
    assert [(one["action"], one["moves_money"]) for one in both] == [("bets.void", False), ("bets.pay", True)]
    assert both[1]["parameters"]["required"] == ["rule"]
    without = shop.as_(None, LIST, VOID)
    assert (await shop.client.get("/api/example/v1/bulk-actions", headers=without)).json() == []


async def test_the_trace_has_counts_and_a_hash_and_nobody_s_address(shop: Shop) -> None:
    await shop.bets(*rows(2))
    tree = {"f": "player_email", "op": "eq", "v": "ann@example.com"}
    job = await shop.frozen("state=eq.open", filter=tree)
    await shop.run(job)
    await shop.work()
    frozen, started, finished = await shop.recorded()
    actions = [one["data"]["action"] for one in (frozen, started, finished)]
    assert actions == ["bulk.frozen", "bulk.started", "bulk.finished"]
    assert {one["data"]["details"]["sha256"] for one in (frozen, started, finished)} == {job["sha256"]}
    assert (finished["data"]["details"]["done"], finished["data"]["details"]["rows"]) == (2, 2)
    assert started["reason"] == "the match was fixed"
    why = [(one["data"]["decision"], bool(one["data"]["rules"])) for one in (frozen, started, finished)]
    assert why == [("allowed", True), ("allowed", True), (None, False)], "that it is finished nobody decided"
    assert [one["data"]["authenticated_at"] is None for one in (frozen, started)] == [False, True]
    assert "ann@example.com" not in str([frozen, started, finished])
