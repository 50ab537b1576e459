"""A page as CSV is a piece of an export: who may have it, what is in it, and that it is recorded."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request

from chassis.auth import Caller, Forbidden
from chassis.http import RequestProblem
from chassis.http.listing.taking import taking
from chassis.testing.lists import after_of
from chassis.testing.problems import problem
from chassis.testing.tokens import ALL_CLEAR, bearer, make_token

from .bets import LIST, PLAYERS, REVEAL, A, B
from .house import EXPORT, PATH, House, rows_of

CSV = {"Accept": "text/csv"}


def lister() -> dict[str, str]:
    """Somebody who may look at bets, and not take them away."""
    return bearer(make_token(permissions=[LIST], casinos=[A], modes=ALL_CLEAR))


@pytest.mark.parametrize("accept", ["text/csv", "text/csv;q=0.1, */*", "text/html, TEXT/CSV"])
async def test_csv_needs_the_permission_to_take_the_list_away(home: House, accept: str) -> None:
    headers = {**lister(), "Accept": accept}
    problem(await home.client.get(PATH, headers=headers), 403, "forbidden")
    assert (await home.client.head(PATH, headers=headers)).status_code == 403
    tree = {"f": "status", "op": "eq", "v": "won"}
    problem(await home.client.post(f"{PATH}/query", json=tree, headers=headers), 403, "forbidden")
    assert (await home.client.get(PATH, headers=lister())).status_code == 200
    assert await home.recorded() == []


async def test_a_page_taken_away_is_recorded_as_an_export_is(home: House) -> None:
    me = home.as_(REVEAL)
    tree = {"and": [{"f": "status", "op": "eq", "v": "won"}, {"f": "email", "op": "eq", "v": "ann@example.com"}]}
    first = await home.client.get(f"{PATH}?status=eq.won&limit=2", headers={**me, **CSV})
    second = await home.client.get(f"{PATH}?status=eq.won&limit=2&after={after_of(first)}", headers={**me, **CSV})
    third = await home.client.post(f"{PATH}/query", json=tree, headers={**me, **CSV})
    assert [one.status_code for one in (first, second, third)] == [200, 200, 200]
    recorded: list[Any] = [one["data"] for one in await home.recorded()]
    assert {(one["action"], one["permission"], one["outcome"]) for one in recorded} == {
        ("export.page", EXPORT, "allow")
    }
    told = [one["details"] for one in recorded]
    assert [(one["list"], one["rows"], one["sha256"]) for one in told] == [
        ("bets", len(rows_of(page.content)), hashlib.sha256(page.content).hexdigest())
        for page in (first, second, third)
    ]
    assert told[0]["tree"] == {"f": "status", "op": "eq", "v": "won"}
    assert "ann@example.com" not in str(recorded)


async def test_a_page_looked_at_is_not_recorded(home: House) -> None:
    assert (await home.client.get(PATH, headers=home.as_())).status_code == 200
    assert await home.recorded() == []


async def test_the_casinos_of_both_permissions_count(home: House) -> None:
    me = home.as_(grants=[{"casinos": [A, B], "permissions": [LIST]}, {"casinos": [B], "permissions": [EXPORT]}])
    assert {row["casino_id"] for row in (await home.client.get(PATH, headers=me)).json()} == {str(A), str(B)}
    rows = rows_of((await home.client.get(PATH, headers={**me, **CSV})).content)
    assert {row["casino_id"] for row in rows} == {str(B)}


async def test_players_have_their_own_in_every_form(home: House) -> None:
    player = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    answer = await home.client.get(PATH, headers={**player, **CSV})
    assert answer.status_code == 200
    assert {row["player_id"] for row in rows_of(answer.content)} == {str(PLAYERS[0])}
    assert await home.recorded() == []


async def test_whoever_looks_as_a_player_does_takes_nothing_away(home: House) -> None:
    looking = Caller(kind="player", id=PLAYERS[0], name="ann", casino_id=A, acting_for=UUID(int=78))
    request = Request({"type": "http", "app": home.app, "headers": [(b"accept", b"text/csv")]})
    with pytest.raises(Forbidden):
        taking(request, looking, "bets", EXPORT)
    assert taking(request, replace(looking, acting_for=None), "bets", EXPORT).record is None


def test_a_list_that_may_not_leave_is_not_given_as_csv() -> None:
    staff = Caller(kind="staff", id=UUID(int=78), name="ann")
    request = Request({"type": "http", "headers": [(b"accept", b"text/csv")]})
    with pytest.raises(RequestProblem) as refused:
        taking(request, staff, "secrets", None, exportable=False)
    assert (refused.value.status_code, refused.value.code) == (406, "LST_NO_SUCH_FORM")
