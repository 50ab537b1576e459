"""Orders, pages and cursors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from chassis.db import Database
from chassis.domain import FixedClock
from chassis.http.listing import cost
from chassis.http.listing.cursor import LIFETIME
from chassis.testing.lists import after_of
from chassis.testing.postgres import count_statements
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer

from .bets import PLACED, PLAYERS, ROWS, START, VISIBLE, A, B, bet, c, ids, pages, staff

ORDERS = [
    "",
    "order=created_at.asc",
    "order=created_at.desc",
    "order=rounds.desc,created_at.asc",
    "order=status,rounds.desc,day",
    "order=open.desc",
    "order=day.asc,open.desc",
    "order=note",
    "order=note.desc",
    "order=note.nullsfirst,rounds.desc",
    "order=note.desc.nullslast,created_at.desc",
    "order=rounds.desc,note.asc.nullsfirst",
    "order=id.desc",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 7, 20])
async def test_pages_together_are_the_list(client: httpx.AsyncClient, order: str, limit: int) -> None:
    whole = await ids(client, f"limit=500&{order}")
    assert await pages(client, f"limit={limit}&{order}") == whole
    assert await backwards(client, f"limit={limit}&{order}") == whole
    assert len(whole) == len(set(whole)) == len(VISIBLE)


async def backwards(client: httpx.AsyncClient, query: str) -> list[UUID]:
    """The list again, from its last page to its first by `before`."""
    answer = await client.get(f"/api/example/v1/bets?{query}")
    while (after := after_of(answer)) is not None:
        answer = await client.get(f"/api/example/v1/bets?{query}&after={after}")
    seen = [UUID(item["id"]) for item in answer.json()]
    while (before := after_of(answer, "prev")) is not None:
        answer = await client.get(f"/api/example/v1/bets?{query}&before={before}")
        seen = [UUID(item["id"]) for item in answer.json()] + seen
    return seen


async def test_the_order_is_the_one_asked_for(client: httpx.AsyncClient) -> None:
    whole = await ids(client, "limit=500&order=rounds.desc,created_at.asc")
    by_id = {row["id"]: row for row in VISIBLE}
    keys = [(-by_id[one]["rounds"], by_id[one]["created_at"], one) for one in whole]
    assert keys == sorted(keys)


def placed(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["created_at"], row["open"], row["place"]


@pytest.mark.parametrize(
    ("order", "key", "backwards"),
    [
        ("", placed, True),
        ("&order=created_at.asc", placed, False),
        ("&order=open.asc,day.desc", lambda row: (not row["open"], row["day"], row["place"]), True),
        (
            "&order=created_at.desc,status.asc",
            lambda row: (START - row["created_at"], row["status"], *placed(row)),
            False,
        ),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_what_is_equal_in_the_order_stands_in_the_order_of_its_tie_columns(
    client: httpx.AsyncClient, order: str, key: Callable[[dict[str, Any]], Any], backwards: bool, limit: int
) -> None:
    expected = [row["id"] for row in sorted(VISIBLE, key=key, reverse=backwards)]
    assert await ids(client, f"limit=500{order}", "placed-bets") == expected
    assert await pages(client, f"limit={limit}{order}", path="placed-bets") == expected


async def test_a_cursor_from_before_a_list_had_its_tie_columns_is_refused(client: httpx.AsyncClient) -> None:
    ties, PLACED._last = PLACED._last, PLACED._last[-1:]
    try:
        after = after_of(await client.get("/api/example/v1/placed-bets?limit=2"))
    finally:
        PLACED._last = ties
    problem(await client.get(f"/api/example/v1/placed-bets?limit=2&after={after}"), 400, "LST107")


async def test_the_page_size_has_a_default_and_a_most(client: httpx.AsyncClient, db: Database) -> None:
    token = bearer(staff(casinos=["*"]))
    assert len(await ids(client, "", **token)) == 50
    assert len(await ids(client, "limit=999999999", **token)) == 60


async def test_a_row_that_arrives_meanwhile_moves_no_page(client: httpx.AsyncClient, db: Database) -> None:
    whole = await ids(client, "limit=500")
    first = await client.get("/api/example/v1/bets?limit=5")
    newest = {**ROWS[0], "id": UUID(int=9999), "created_at": START + timedelta(days=1)}
    async with db.write() as connection:
        await connection.execute(insert(bet), [newest])
    try:
        rest = await pages(client, "limit=5", after=f"&after={after_of(first)}")
        assert [UUID(item["id"]) for item in first.json()] + rest == whole
    finally:
        async with db.write() as connection:
            await connection.execute(bet.delete().where(c.id == newest["id"]))


async def test_a_cursor_is_good_for_its_own_list_filter_order_caller_and_casinos_only(
    client: httpx.AsyncClient,
) -> None:
    async def cursor(query: str) -> str:
        answer = await client.get(f"/api/example/v1/bets?limit=2&{query}")
        made = after_of(answer)
        assert made is not None
        return made

    async def refused(query: str, path: str = "bets", **headers: str) -> None:
        answer = await client.get(f"/api/example/v1/{path}?{query}", headers=headers)
        texts.add(problem(answer, 400, "LST107")["detail"])

    texts: set[str] = set()
    after = await cursor("status=eq.won")
    assert (await client.get(f"/api/example/v1/bets?limit=9&status=eq.won&after={after}")).status_code == 200
    await refused(f"after={after}")
    await refused(f"status=eq.lost&after={after}")
    await refused(f"status=eq.won&order=created_at.asc&after={after}")
    await refused(f"status=eq.won&after={after}", f"players/{PLAYERS[0]}/bets")
    await refused(f"status=eq.won&after={after}", "finished-bets")
    await refused(f"status=eq.won&after={after}", **bearer(staff(subject=UUID(int=78))))
    await refused(f"status=eq.won&after={after}", **bearer(staff(casinos=["*"])))
    await refused(f"status=eq.won&after={after}", **bearer(staff(casinos=[A, B])))
    flipped = ("B" if after[0] == "A" else "A") + after[1:]
    await refused(f"status=eq.won&after={flipped}")
    await refused(f"status=eq.won&after={after[:-2]}")
    assert len(texts) == 1, "no refusal tells why"


@pytest.mark.parametrize(
    ("age", "code"), [(timedelta(), None), (LIFETIME, None), (LIFETIME + timedelta(seconds=1), "LST123")]
)
async def test_a_cursor_is_good_for_a_day(
    client: httpx.AsyncClient, app: FastAPI, age: timedelta, code: str | None
) -> None:
    app.state.clock = clock = FixedClock(START)
    try:
        after = after_of(await client.get("/api/example/v1/bets?limit=2"))
        clock.advance(age)
        answer = await client.get(f"/api/example/v1/bets?limit=2&after={after}")
        stranger = await client.get(f"/api/example/v1/bets?after={after}", headers=bearer(staff(subject=UUID(int=78))))
    finally:
        del app.state.clock
    assert answer.status_code == 200 if code is None else problem(answer, 400, code)["detail"].startswith("This cursor")
    problem(stranger, 400, "LST107")


async def test_every_page_gives_a_new_cursor_so_that_who_goes_on_reading_is_never_too_late(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    app.state.clock = clock = FixedClock(START)
    try:
        seen, after = 0, ""
        while True:
            answer = await client.get(f"/api/example/v1/bets?limit=20{after}")
            seen += len(answer.json())
            clock.advance(LIFETIME / 2)
            if (cursor := after_of(answer)) is None:
                break
            after = f"&after={cursor}"
    finally:
        del app.state.clock
    assert seen == len(VISIBLE)


async def test_a_cursor_of_another_process_is_good_and_of_another_key_is_not(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    after = after_of(await client.get("/api/example/v1/bets?limit=2"))
    key = app.state.cursor_key
    app.state.cursor_key = bytes(32)
    try:
        problem(await client.get(f"/api/example/v1/bets?after={after}"), 400, "LST107")
    finally:
        app.state.cursor_key = key


async def test_a_list_costs_two_statements(client: httpx.AsyncClient, db: Database) -> None:
    with count_statements(db) as statements:
        await ids(client, "status=eq.won&limit=3")
    assert statements.count == 2, statements.sent


async def test_a_list_that_takes_too_long_is_stopped_with_advice(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "STATEMENT_MS", 50)
    document = problem(await client.get("/api/example/v1/slow-bets"), 503, "LST_TIMEOUT")
    assert "range of time" in document["detail"]


async def test_rows_are_finished_before_they_are_masked_and_selected(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/example/v1/finished-bets?limit=1&select=id,note,email")
    (item,) = answer.json()
    assert list(item) == ["id", "note", "email"]
    assert (item["note"], item["email"]) == ("finished", "c***")
    assert after_of(answer) is not None
