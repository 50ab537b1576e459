"""The forms of an answer: array, object, CSV, counts, trees in bodies, and what a list tells about itself."""

import csv
import io
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.http.listing.output import as_csv
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer

from .bets import AML, REVEAL, VISIBLE, A, B, ids, staff

V1 = "/api/example/v1/bets"
ALL = len(VISIBLE)


@pytest.mark.parametrize(
    ("query", "prefer", "status", "shown", "applied"),
    [
        ("limit=5", "", 200, "0-4/*", None),
        ("limit=5", "count=none", 200, "0-4/*", None),
        ("limit=5", "count=exact", 206, f"0-4/{ALL}", "count=exact"),
        ("limit=5&offset=5", "count=estimated", 206, f"5-9/{ALL}", "count=estimated"),
        ("limit=500", "count=exact", 200, f"0-{ALL - 1}/{ALL}", "count=exact"),
        ("offset=9999", "count=exact", 200, f"*/{ALL}", "count=exact"),
        ("status=eq.none", "count=exact", 200, "*/0", "count=exact"),
        ("limit=5", "handling=strict, timezone=Europe/Malta", 200, "0-4/*", "handling=strict, timezone=Europe/Malta"),
    ],
)
async def test_counts_stand_in_content_range(
    client: httpx.AsyncClient, query: str, prefer: str, status: int, shown: str, applied: str | None
) -> None:
    answer = await client.get(f"{V1}?{query}", headers={"Prefer": prefer})
    assert (answer.status_code, answer.headers["content-range"]) == (status, shown)
    assert answer.headers.get("preference-applied") == applied


async def test_a_count_never_tells_of_other_casinos(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{V1}?casino_id=eq.{B}", headers={"Prefer": "count=exact"})
    assert answer.headers["content-range"] == "*/0"
    planned = await client.get(f"{V1}?casino_id=eq.{B}", headers={"Prefer": "count=planned"})
    assert planned.json() == []


async def test_what_is_preferred_and_unknown_is_refused_only_when_strict(client: httpx.AsyncClient) -> None:
    assert (await client.get(V1, headers={"Prefer": "tx=commit"})).status_code == 200
    problem(await client.get(V1, headers={"Prefer": "tx=commit, handling=strict"}), 400, "LST118")
    problem(await client.get(f"{V1}?limit=501", headers={"Prefer": "handling=strict"}), 400, "LST106")


async def test_one_object_is_given_only_when_there_is_exactly_one(client: httpx.AsyncClient) -> None:
    accept = {"Accept": "application/vnd.pgrst.object+json"}
    answer = await client.get(f"{V1}?id=eq.{VISIBLE[0]['id']}", headers=accept)
    assert answer.json()["id"] == str(VISIBLE[0]["id"])
    problem(await client.get(V1, headers=accept), 406, "LST_NOT_ONE")
    problem(await client.get(f"{V1}?status=eq.none", headers=accept), 406, "LST_NOT_ONE")
    problem(await client.get(V1, headers={"Accept": "image/png"}), 406, "LST_NO_SUCH_FORM")


async def test_head_says_what_get_would_without_rows(client: httpx.AsyncClient) -> None:
    answer = await client.head(V1, headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (200, b"", f"0-{ALL - 1}/{ALL}")
    refused = await client.head(f"{V1}?colour=eq.red")
    assert "LST101" in refused.headers["proxy-status"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
async def test_nothing_is_changed_by_filter(client: httpx.AsyncClient, method: str) -> None:
    problem(await client.request(method, f"{V1}?status=eq.won"), 405, "method_not_allowed")


def test_csv_is_safe_in_a_spreadsheet_and_tells_null_from_empty() -> None:
    row: dict[str, Any] = {"a": "=1+1", "b": None, "c": "", "d": ["x"], "e": -5, "f": 'q"', "g": "\t@x", "h": True}
    written = as_csv(tuple(row), [row])
    assert written.split("\r\n")[1] == '\'=1+1,,"","[""x""]",-5,"q""",\'\t@x,true'
    assert len(list(csv.reader(io.StringIO(written)))) == 2


async def test_a_tree_in_the_body_is_a_filter_and_joins_that_of_the_address(client: httpx.AsyncClient) -> None:
    tree = {"or": [{"f": "status", "op": "eq", "v": "won"}, {"f": "rounds", "op": "in", "v": [1]}]}
    answer = await client.post(f"{V1}/query?rounds=lt.3&limit=500", json=tree)
    expected = {row["id"] for row in VISIBLE if row["rounds"] < 3 and (row["status"] == "won" or row["rounds"] == 1)}
    assert {UUID(row["id"]) for row in answer.json()} == expected
    problem(await client.post(f"{V1}/query", json={"and": []}), 400, "LST117")
    problem(await client.post(f"{V1}/query", json={"f": "email", "op": "eq", "v": "ann@example.com"}), 400, "LST101")


async def test_meta_tells_what_this_caller_may_ask(client: httpx.AsyncClient) -> None:
    async def fields(*permissions: str) -> dict[str, Any]:
        answer = await client.get(f"{V1}/meta", headers=bearer(staff(*permissions)))
        return {one["name"]: one for one in answer.json()["fields"]}

    plain = await fields()
    assert "suspicion" not in plain
    assert (plain["email"]["mode"], plain["email"]["ops"], plain["email"]["sortable"]) == ("mask", [], False)
    assert plain["created_at"]["sortable"]
    full = await fields(REVEAL, AML)
    assert full["suspicion"]["ops"] == ["eq"]
    assert (full["email"]["mode"], "like" in full["email"]["ops"]) == ("clear", True)


ORACLE = ["email=eq.ann@example.com", "email=like.a*", "or=(email.like.a*,rounds.eq.1)", "order=email", "email=is.null"]


@pytest.mark.parametrize("query", ORACLE)
async def test_a_masked_field_cannot_be_asked_letter_by_letter(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"{V1}?{query}", headers={"Prefer": "count=exact"})
    assert answer.status_code == 400
    assert "ann" not in answer.text
    assert set(await ids(client, f"{query}&limit=500", **bearer(staff(REVEAL)))) <= {row["id"] for row in VISIBLE}
    assert {row["casino_id"] for row in VISIBLE} == {A}
