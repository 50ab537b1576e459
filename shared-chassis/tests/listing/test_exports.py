"""Lists taken away as files: by whom, how much of them, and for how long."""

import csv
import hashlib
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from sqlalchemy import update

from chassis.domain import FixedClock
from chassis.testing.postgres import Databases
from chassis.testing.tokens import ALL_CLEAR, bearer, make_token

from .bets import AML, LIST, PLAYERS, REVEAL, ROWS, SUBJECT, VISIBLE, A, B, bet
from .house import EXPORT, NOW, PATH, House, house, rows_of


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.csv"))


async def test_a_list_is_taken_away_whole_and_in_order(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won&order=rounds.desc")
    assert (made["state"], made["cut"]) == ("done", False)
    answer = await home.fetch(me, made["id"])
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == made["sha256"]
    rows = rows_of(answer.content)
    expected = [row for row in VISIBLE if row["status"] == "won"]
    assert {row["id"] for row in rows} == {str(row["id"]) for row in expected}
    assert [int(row["rounds"]) for row in rows] == sorted((row["rounds"] for row in expected), reverse=True)
    assert made["rows"] == len(expected)


async def test_the_tree_of_the_body_is_anded_to_the_address(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won", filter={"f": "rounds", "op": "eq", "v": 0}, columns=["id", "rounds"])
    rows = rows_of((await home.fetch(me, made["id"])).content)
    assert rows
    assert all(list(row) == ["id", "rounds", "watermark"] and row["rounds"] == "0" for row in rows)


async def test_a_workbook_says_who_took_it_away(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won", format="xlsx")
    book: Any = openpyxl.load_workbook(io.BytesIO((await home.fetch(me, made["id"])).content))
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["Taken by"].startswith("staff ")
    assert about["Rows"] == str(made["rows"])
    assert "won" in about["Filter"]
    assert "taken by staff" in book["Rows"].oddHeader.left.text
    assert book["Rows"].max_row == made["rows"] + 1


async def test_every_row_of_a_csv_says_who_took_it_away_and_when(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won")
    content = (await home.fetch(me, made["id"])).content
    heading, *lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert heading[-1] == "watermark"
    assert len(lines) == made["rows"] > 1
    assert {len(line) for line in lines} == {len(heading)}
    assert {line[-1] for line in lines} == {f"bets taken by staff {SUBJECT} at {made['requested_at'][:19]}+00:00"}


async def test_what_belongs_beside_a_csv_is_told_apart(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won")
    answer = await home.fetch(me, made["id"], "about")
    about = {row["what"]: row["value"] for row in rows_of(answer.content)}
    assert about["Reason"] == "for the auditors"
    assert about["SHA-256"] == made["sha256"]
    assert about["Rows"] == str(made["rows"])


async def test_rows_of_another_casino_are_never_in_it(home: House) -> None:
    me = home.as_(casinos=[B])
    made = await home.made(me, f"casino_id=eq.{A}")
    assert made["rows"] == 0
    everything = await home.made(me)
    rows = rows_of((await home.fetch(me, everything["id"])).content)
    assert {row["casino_id"] for row in rows} == {str(B)}


async def test_the_casinos_of_both_permissions_count(home: House) -> None:
    grants = [{"casinos": [A, B], "permissions": [LIST]}, {"casinos": [B], "permissions": [EXPORT]}]
    me = home.as_(grants=grants)
    made = await home.made(me)
    rows = rows_of((await home.fetch(me, made["id"])).content)
    assert {row["casino_id"] for row in rows} == {str(B)}


async def test_the_path_narrows_an_export_as_it_narrows_the_list(home: House) -> None:
    me = home.as_()
    made = await home.made(me, path=f"/api/example/v1/finished/{PLAYERS[0]}/bets")
    rows = rows_of((await home.fetch(me, made["id"])).content)
    assert {row["player_id"] for row in rows} == {str(PLAYERS[0])}
    assert {row["note"] for row in rows} == {"finished"}


async def test_personal_data_is_masked_unless_it_may_be_clear(home: House) -> None:
    me = home.as_()
    made = await home.made(me)
    rows = rows_of((await home.fetch(me, made["id"])).content)
    assert {row["email"] for row in rows} == {"a***"}
    assert "suspicion" not in rows[0]
    cleared = home.as_(REVEAL, AML)
    made = await home.made(cleared)
    rows = rows_of((await home.fetch(cleared, made["id"])).content)
    assert {row["email"] for row in rows} == {"ann@example.com"}
    assert "high" in {row["suspicion"] for row in rows}


@pytest.mark.parametrize("query", ["email=like.a*", "email=eq.ann@example.com", "order=email", "select=suspicion"])
async def test_a_masked_field_cannot_be_guessed_through_an_export(home: House, query: str) -> None:
    answer = await home.ask(home.as_(), query)
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("LST1")
    assert "ann@example.com" not in answer.text


async def test_nor_through_a_tree(home: House) -> None:
    answer = await home.ask(home.as_(), filter={"f": "email", "op": "like", "v": "a*"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("limit=5", {}),
        ("offset=5", {}),
        ("nothing=eq.1", {}),
        ("status=eq.won&select=id", {"columns": ["id"]}),
        ("", {"filter": {}}),
        ("", {"columns": ["nothing"]}),
        ("", {"columns": []}),
        ("", {"format": "pdf"}),
        ("", {"reason": ""}),
        ("", {"filter": {"and": []}}),
        ("", {"filter": {"f": "id"}}),
        ("", {"more": 1}),
    ],
)
async def test_what_is_not_understood_makes_no_job(home: House, query: str, body: dict[str, Any]) -> None:
    me = home.as_()
    assert (await home.ask(me, query, **body)).status_code in (400, 422)
    assert (await home.client.get("/api/example/v1/exports", headers=me)).json() == []


async def test_a_huge_list_wants_its_range_here_too(home: House) -> None:
    answer = await home.ask(home.as_(), path="/api/example/v1/huge-bets")
    assert (answer.status_code, answer.json()["code"]) == (400, "LST116")


@pytest.mark.parametrize("held", [[LIST], [EXPORT]])
async def test_both_permissions_are_needed(home: House, held: list[str]) -> None:
    me = home.as_(grants=[{"casinos": [A], "permissions": held}])
    assert (await home.ask(me)).status_code == 403


async def test_players_and_strangers_take_nothing_away(home: House) -> None:
    player = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    assert (await home.ask(player)).status_code == 403
    assert (await home.ask({})).status_code == 401


async def test_what_was_taken_from_the_requester_meanwhile_makes_no_file(home: House) -> None:
    me = home.as_()
    asked = (await home.ask(me)).json()
    home.as_(grants=[{"casinos": [A], "permissions": [LIST]}])
    await home.work()
    shown = await home.show(me, asked["id"])
    assert (shown["state"], shown["code"]) == ("failed", "forbidden")
    assert (await home.fetch(me, asked["id"])).json()["code"] == "export_failed"


async def test_a_file_is_not_handed_out_to_one_who_sees_less_now(home: House) -> None:
    rich = home.as_(REVEAL, casinos=[A, B])
    made = await home.made(rich)
    fewer, masked = home.as_(REVEAL, casinos=[A]), home.as_(casinos=[A, B])
    none = home.as_(grants=[{"casinos": [A, B], "permissions": [LIST]}])
    assert (await home.fetch(fewer, made["id"])).json()["code"] == "export_outdated"
    assert (await home.fetch(masked, made["id"])).json()["code"] == "export_outdated"
    assert (await home.fetch(none, made["id"])).status_code == 403
    assert (await home.fetch(rich, made["id"])).status_code == 200


async def test_nor_to_one_from_whom_a_kind_of_data_is_kept_now(home: House) -> None:
    me, suspicions = uuid4(), {**ALL_CLEAR, "aml": "none"}
    made = await home.made(home.as_(subject=me))
    assert (await home.fetch(home.as_(subject=me, modes=suspicions), made["id"])).json()["code"] == "export_outdated"


async def test_another_persons_export_does_not_exist(home: House) -> None:
    made = await home.made(home.as_())
    other = home.as_(subject=uuid4())
    for what in ("file", "about"):
        assert (await home.fetch(other, made["id"], what)).status_code == 404
    assert (await home.client.get(f"/api/example/v1/exports/{made['id']}", headers=other)).status_code == 404
    assert (await home.client.get("/api/example/v1/exports", headers=other)).json() == []


async def test_the_file_is_not_there_before_it_is_made(home: House) -> None:
    me = home.as_()
    asked = (await home.ask(me)).json()
    assert asked["state"] == "waiting"
    assert (await home.fetch(me, asked["id"])).json()["code"] == "export_not_ready"


async def test_a_file_ends_after_a_day(home: House, tmp_path: Path) -> None:
    me = home.as_()
    made = await home.made(me)
    assert files_in(tmp_path)
    home.clock.advance(timedelta(hours=24, seconds=1))
    assert (await home.fetch(me, made["id"])).json()["code"] == "export_expired"
    await home.work()
    assert (await home.show(me, made["id"]))["state"] == "expired"
    assert not files_in(tmp_path)


async def test_asking_and_fetching_leave_a_trace(home: House) -> None:
    me = home.as_()
    made = await home.made(me, "status=eq.won")
    await home.fetch(me, made["id"])
    asked, fetched = await home.recorded()
    assert (asked["data"]["action"], fetched["data"]["action"]) == ("export.requested", "export.downloaded")
    assert asked["reason"] == "for the auditors"
    assert asked["data"]["details"]["tree"] == {"f": "status", "op": "eq", "v": "won"}
    assert fetched["data"]["details"] == {"list": "bets", "rows": made["rows"], "sha256": made["sha256"]}


async def test_no_address_of_anybody_is_in_the_trace(home: House) -> None:
    me = home.as_(REVEAL)
    await home.made(me, filter={"f": "email", "op": "eq", "v": "ann@example.com"})
    (asked,) = await home.recorded()
    assert "ann@example.com" not in str(asked)


async def test_formulae_in_cells_are_texts(home: House) -> None:
    async with home.service.db.write() as connection:
        await connection.execute(update(bet).where(bet.c.id == VISIBLE[0]["id"]).values(note="=HYPERLINK(1)"))
    me = home.as_()
    one = f"id=eq.{VISIBLE[0]['id']}"
    made = await home.made(me, one)
    assert rows_of((await home.fetch(me, made["id"])).content)[0]["note"] == "'=HYPERLINK(1)"
    made = await home.made(me, one, format="xlsx", columns=["note"])
    cell: Any = openpyxl.load_workbook(io.BytesIO((await home.fetch(me, made["id"])).content))["Rows"]["A2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


async def test_the_cap_is_told(databases: Databases, tmp_path: Path) -> None:
    async with house(databases, tmp_path, FixedClock(NOW), export_rows=3) as home:
        me = home.as_()
        made = await home.made(me)
        assert (made["rows"], made["cut"]) == (3, True)
        about = (await home.fetch(me, made["id"], "about")).text
        assert "3, and there were more" in about
        exact = await home.made(me, f"id=in.({','.join(str(row['id']) for row in VISIBLE[:3])})")
        assert (exact["rows"], exact["cut"]) == (3, False)


async def test_the_same_request_twice_is_one_export(home: House) -> None:
    keyed = {**home.as_(), "Idempotency-Key": uuid4().hex}
    body = {"format": "csv", "reason": "for the auditors"}
    first = await home.client.post(f"{PATH}/exports", json=body, headers=keyed)
    again = await home.client.post(f"{PATH}/exports", json=body, headers=keyed)
    assert first.json()["id"] == again.json()["id"]


async def test_several_casinos_are_taken_in_one_order(home: House) -> None:
    me = home.as_(casinos=[A, B])
    made = await home.made(me, "order=created_at.desc")
    moments = [datetime.fromisoformat(row["created_at"]) for row in rows_of((await home.fetch(me, made["id"])).content)]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == len([row for row in ROWS if row["casino_id"] in (A, B)])


async def test_an_unknown_export_is_not_found(home: House) -> None:
    assert (await home.fetch(home.as_(), str(UUID(int=9)))).status_code == 404
