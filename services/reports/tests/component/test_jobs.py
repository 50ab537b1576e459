"""Reports: asked for, made in the background, right to the cent, fetched by whoever may."""

import base64
import csv
import hashlib
import io
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import openpyxl
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token
from contracts.payments.events import WithdrawalApproved, WithdrawalPaid, WithdrawalRequested
from contracts.reports.permissions import ReportsPermission as P
from reports.entrypoints.jobs import remove_expired

from .world import ANN, BOB, DAY, LONDON, MALTA, NOON, TESTER, WORLD, colleague, moved, tell

V1 = "/api/reports/v1"
STAFF = uuid4()


def staff(*casinos: UUID, permissions: tuple[str, ...] = tuple(P), subject: UUID = STAFF) -> dict[str, str]:
    return bearer(make_token(permissions=permissions, casinos=casinos or ("*",), subject=subject))


def wanted(report: str = "revenue", *casinos: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "report": report,
        "casino_ids": [str(one) for one in casinos or (MALTA, LONDON)],
        "from": "2026-06-01",
        "to": "2026-06-02",
        "formats": ["csv", "xlsx"],
        **changes,
    }


async def ask(client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
    return await client.post(f"{V1}/jobs", json=body, headers={**(headers or staff()), "Idempotency-Key": str(uuid4())})


async def work(service: Service) -> int:
    return await TaskRunner(service.db, service.tasks, clock=service.application.clock).run_due()


async def made(client: httpx.AsyncClient, service: Service, body: dict[str, Any]) -> str:
    answer = await ask(client, body)
    assert answer.status_code == 202, answer.text
    await work(service)
    return str(answer.json()["job_id"])


async def rows_of(client: httpx.AsyncClient, job_id: str) -> list[dict[str, str]]:
    text = (await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())).text
    return list(csv.DictReader(line for line in io.StringIO(text, newline="") if not line.startswith("#")))


async def test_a_file_tells_its_digest_and_its_name(client: httpx.AsyncClient, service: Service) -> None:
    await tell(service, *WORLD)
    job_id = await made(client, service, wanted("revenue", MALTA))
    file = await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())
    digest = base64.b64encode(hashlib.sha256(file.content).digest()).decode()
    assert file.headers["digest"] == f"sha-256={digest}"
    assert file.headers["content-disposition"].startswith('attachment; filename="revenue_')
    assert int(file.headers["content-length"]) == len(file.content)


async def test_ggr_is_bets_less_wins_with_rollbacks_taken_out(client: httpx.AsyncClient, service: Service) -> None:
    await tell(
        service,
        *WORLD,
        moved("bet", 1000),
        moved("win", 300),
        moved("bet", 500, round_ref="r2"),
        moved("rollback_bet", 500, round_ref="r2"),
        moved("win", 50, round_ref="r3"),
        moved("rollback_win", 50, round_ref="r3"),
        moved("bet", 700, who=BOB),
        moved("bet", 99_999, who=TESTER),
    )
    rows = await rows_of(client, await made(client, service, wanted()))
    assert [(row["Casino"], row["Bets"], row["Wins"], row["GGR"], row["RTP %"]) for row in rows] == [
        ("London", "7.00", "0.00", "7.00", "0.00"),
        ("Malta", "10.00", "3.00", "7.00", "30.00"),
    ]
    assert rows[1]["Name"] == "Game dragon"


async def test_a_movement_belongs_to_the_gaming_day_of_its_casino(client: httpx.AsyncClient, service: Service) -> None:
    before_six_in_malta = datetime.fromisoformat("2026-06-02T03:59:00+00:00")
    await tell(
        service,
        *WORLD,
        moved("bet", 100, at=before_six_in_malta),
        moved("bet", 200, at=before_six_in_malta + timedelta(minutes=1)),
        moved("bet", 400, at=datetime.fromisoformat("2026-06-01T03:59:00+00:00")),
    )
    rows = await rows_of(client, await made(client, service, wanted("revenue", MALTA)))
    assert [(row["Gaming day"], row["Bets"]) for row in rows] == [("2026-06-01", "1.00"), ("2026-06-02", "2.00")]


async def test_totals_are_equal_whatever_the_grouping_and_the_format(
    client: httpx.AsyncClient, service: Service
) -> None:
    games = [("dragon", 317), ("tiger", 211), ("snake", 5)]
    movements = [
        moved(kind, amount, code=code, who=who, at=NOON + hour * timedelta(hours=7))
        for code, amount in games
        for who in (ANN, BOB)
        for hour in range(4)
        for kind in ("bet", "bet", "win")
    ]
    await tell(service, *WORLD, *movements)
    totals = set()
    for group_by in ("casino", "supplier", "game"):
        job_id = await made(client, service, wanted(parameters={"group_by": group_by}))
        rows = await rows_of(client, job_id)
        totals.add(sum(round(float(row["GGR"]) * 100) for row in rows))
        book = openpyxl.load_workbook(
            io.BytesIO((await client.get(f"{V1}/jobs/{job_id}/files/xlsx", headers=staff())).content)
        )
        heads, *cells = list(book["Figures"].iter_rows(values_only=True))
        place = heads.index("GGR")
        totals.add(sum(round(float(str(cell[place])) * 100) for cell in cells))
        book.close()
    expected = sum(one.amount_minor if one.kind == "bet" else -one.amount_minor for one in movements)
    assert totals == {expected}


async def test_every_cash_after_is_the_one_before_plus_the_movement(
    client: httpx.AsyncClient, service: Service
) -> None:
    earlier = NOON - timedelta(microseconds=1)
    posted = [
        moved("deposit", 1000, transfer_id=UUID(int=9), balance_minor=1000, sequence=40),
        moved("bet", 300, transfer_id=UUID(int=8), balance_minor=700, sequence=41),
        moved("win", 500, transfer_id=UUID(int=7), balance_minor=1200, sequence=42),
        moved("bet", 200, transfer_id=UUID(int=6), balance_minor=1000, sequence=57, at=earlier),
    ]
    await tell(service, *WORLD, *posted)
    rows = await rows_of(client, await made(client, service, wanted("player_transactions", MALTA)))
    assert [(row["Effect on cash"], row["Cash after"]) for row in rows] == [
        ("10.00", "10.00"),
        ("-3.00", "7.00"),
        ("5.00", "12.00"),
        ("-2.00", "10.00"),
    ]


async def test_a_report_says_what_it_is_and_that_nothing_happened(client: httpx.AsyncClient, service: Service) -> None:
    await tell(service, *WORLD, colleague(STAFF, "Bob Example"))
    job_id = await made(client, service, wanted("player_transactions", MALTA))
    text = (await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())).text
    told = {row[0]: row[1] for row in csv.reader(io.StringIO(text, newline=""))}
    assert (told["# Casinos"], told["# Gaming days"]) == ("Malta", "2026-06-01 to 2026-06-02")
    assert told["# Generated by"] == "Bob Example (bob@casino.example)"
    assert text.splitlines()[-1].rstrip(",") == "No Activity"


@pytest.mark.parametrize("report", ["revenue", "player_transactions", "withdrawals"])
async def test_a_report_says_up_to_when_its_facts_are_complete_however_quiet_the_casino_is(
    client: httpx.AsyncClient, service: Service, clock: FixedClock, report: str
) -> None:
    await tell(service, *WORLD, moved("bet", 100))
    assert await as_of(client, service, report) == "not known"
    assert service.consumer is not None
    assert service.consumer.caught_up is not None
    for moment in (clock.now(), clock.now() - timedelta(seconds=5)):
        await service.consumer.caught_up(service.application, moment)
    assert await as_of(client, service, report) == clock.now().isoformat()


async def as_of(client: httpx.AsyncClient, service: Service, report: str) -> str:
    job_id = await made(client, service, wanted(report, MALTA))
    text = (await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())).text
    told = {row[0]: row[1] for row in csv.reader(io.StringIO(text, newline=""))}
    return told["# Data as of (UTC)"]


async def test_withdrawals_tell_their_age(client: httpx.AsyncClient, service: Service, clock: FixedClock) -> None:
    ids: dict[str, Any] = {"player_id": ANN, "casino_id": MALTA}
    asked: dict[str, Any] = {"provider": "trustly", "amount_minor": 5000, "currency": "EUR"}
    paid, waiting = uuid4(), uuid4()
    await tell(
        service,
        *WORLD,
        WithdrawalRequested(withdrawal_id=paid, **ids, **asked, needs_second_person=True),
        colleague(UUID(int=21), "Ann Example"),
        WithdrawalApproved(withdrawal_id=paid, **ids, approved_by=str(UUID(int=21)), final=False),
        WithdrawalApproved(withdrawal_id=paid, **ids, approved_by="automatic", final=True),
        (WithdrawalPaid(withdrawal_id=paid, **ids, **asked), NOON + timedelta(minutes=30)),
        (WithdrawalRequested(withdrawal_id=waiting, **ids, **asked, needs_second_person=False), NOON + DAY),
    )
    rows = {row["Withdrawal"]: row for row in await rows_of(client, await made(client, service, wanted("withdrawals")))}
    assert (rows[str(paid)]["Ageing"], rows[str(paid)]["Approved by"]) == (
        "<1h",
        "Ann Example (ann@casino.example), automatic",
    )
    assert (rows[str(waiting)]["Ageing"], rows[str(waiting)]["Status"]) == ("72h+", "awaiting_approval")


async def test_progress_is_told_until_the_end(client: httpx.AsyncClient, service: Service) -> None:
    await tell(service, *WORLD, moved("bet", 1))
    job_id = await made(client, service, wanted())
    text = (await client.get(f"{V1}/jobs/{job_id}/progress", headers=staff())).text
    assert text.startswith("event: completed\ndata: ")
    assert json.loads(text.split("data: ")[1])["formats"] == ["csv", "xlsx"]


async def test_a_job_that_died_halfway_is_made_again_from_the_start(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    await tell(service, *WORLD, moved("bet", 100))
    job_id = (await ask(client, wanted())).json()["job_id"]
    await TaskRunner(service.db, service.tasks, clock=clock)._claim()
    assert await work(service) == 0, "it is claimed by a process that is gone"
    clock.advance(timedelta(minutes=1))
    assert await work(service) == 1
    shown = (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json()
    assert (shown["status"], shown["rows"]) == ("completed", 1)


async def test_a_report_that_cannot_be_made_says_so(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    await tell(service, *WORLD, moved("bet", 100))
    job_id = (await ask(client, wanted())).json()["job_id"]
    async with service.db.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE rm_movement RENAME TO rm_gone")
    for _ in range(5):
        await work(service)
        clock.advance(timedelta(minutes=10))
    shown = (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json()
    assert (shown["status"], shown["code"]) == ("failed", "report_not_made")
    assert (await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())).status_code == 404, "do not wait for it"


async def test_files_expire(client: httpx.AsyncClient, service: Service, clock: FixedClock) -> None:
    await tell(service, *WORLD)
    job_id = await made(client, service, wanted())
    clock.advance(timedelta(hours=25))
    gone = await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())
    assert (gone.status_code, gone.json()["code"]) == (410, "file_expired")
    assert await remove_expired(service.db, service.state["files"], clock) == 2
    assert await remove_expired(service.db, service.state["files"], clock) == 0


async def test_a_report_is_for_whoever_may_draw_it(client: httpx.AsyncClient, service: Service) -> None:
    await tell(service, *WORLD)
    job_id = await made(client, service, wanted("revenue", MALTA))
    file = f"{V1}/jobs/{job_id}/files/csv"
    assert (await client.get(file)).status_code == 401
    assert (await client.get(file, headers=staff(subject=uuid4()))).status_code == 404
    assert (await client.get(file, headers=staff(LONDON))).status_code == 404
    assert (await client.get(file, headers=staff(MALTA, permissions=(P.JOB_LIST,)))).status_code == 404
    assert (await client.get(file, headers=staff(MALTA))).status_code == 200
    assert (await ask(client, wanted("revenue", LONDON), staff(MALTA))).status_code == 404
    assert (await ask(client, wanted(), staff(permissions=("none.of.these",)))).status_code == 403
    for modes in ({}, {"financial": "mask"}, {"financial": "hash", "rg": "clear"}):
        blind = bearer(make_token(permissions=tuple(P), casinos=("*",), subject=STAFF, modes=modes))
        problem(await client.get(file, headers=blind), 403, "data_not_shown")
        problem(await ask(client, wanted(), blind), 403, "data_not_shown")
    listed = (await client.get(f"{V1}/jobs", headers=staff())).json()
    assert [one["job_id"] for one in listed] == [job_id]
    assert (await client.get(f"{V1}/jobs", headers=staff(subject=uuid4()))).json() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"report": "everything"}, "report"),
        ({"to": "2026-05-31"}, "to"),
        ({"to": "2028-05-31"}, "to"),
        ({"parameters": {"group_by": "moon"}}, "parameters.group_by"),
        ({"parameters": {"colour": "red"}}, "parameters.colour"),
        ({"formats": ["pdf"]}, "formats[0]"),
        ({"formats": []}, "formats"),
        ({"casino_ids": []}, "casino_ids"),
        ({"from": "yesterday"}, "from"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "from"),
        ({"surplus": 1}, "surplus"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(
    client: httpx.AsyncClient, service: Service, changes: dict[str, Any], field: str
) -> None:
    await tell(service, *WORLD)
    answer = await ask(client, wanted(**changes))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_a_casino_nobody_has_heard_of_has_no_report(client: httpx.AsyncClient, service: Service) -> None:
    await tell(service, *WORLD)
    answer = await ask(client, wanted("revenue", uuid4()))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "casino_ids")


async def test_the_dictionary_tells_every_formula(client: httpx.AsyncClient) -> None:
    definitions = (await client.get(f"{V1}/definitions", headers=staff())).json()
    meanings = {column["title"]: column["meaning"] for one in definitions for column in one["columns"]}
    assert meanings["GGR"] == "Bets - Wins"
    assert all(meanings.values())
