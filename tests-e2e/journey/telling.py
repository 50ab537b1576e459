"""What the backoffice tells about it: the player 360 page, the timeline, the balance explained, the reports."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import openpyxl

from journey.client import eventually
from journey.tale import Step, Tale, money
from journey.totals import TOTALS, equal_the_ledger, minor

STORY = (
    "backoffice.player_registered",
    "verification.document_uploaded",
    "verification.level_reached",
    "payments.deposit_succeeded",
    "backoffice.deposit_limit_set",
    "payments.withdrawal_requested",
    "payments.withdrawal_approved",
    "payments.withdrawal_paid",
    "games.session_opened",
)
"""What the timeline must tell, in this order."""

CAUSES = (
    ("backoffice.player_registered", "verification.case_opened"),
    ("verification.case_opened", "verification.level_reached"),
    ("payments.deposit_requested", "payments.deposit_succeeded"),
    ("payments.withdrawal_requested", "payments.withdrawal_approved"),
    ("payments.withdrawal_approved", "payments.payout_sent"),
    ("payments.payout_sent", "payments.withdrawal_paid"),
)
"""What is told first, and what it led to: of the same deposit or withdrawal where it is about one."""


async def overview(tale: Tale) -> str:
    """The 360 page's figures are what happened, and the timeline tells it in order."""
    support = tale.staff["support"]
    base = f"/api/backoffice/v1/players/{tale.player_id}"
    await support.post(f"{base}/notes", {"text": "Called about his withdrawal; friendly."})
    expected = {
        "balance_minor": tale.cash_minor,
        "on_hold_minor": 0,
        "deposits_minor": tale.deposits_minor,
        "withdrawals_minor": tale.paid_out_minor,
        "bets_minor": tale.bets_minor,
        "wins_minor": tale.wins_minor,
        "verification_level": "verified",
    }

    async def figures() -> Any:
        page = await support.get(f"{base}/overview")
        tale.findings["360 figures"] = str(page["figures"])
        return page if {name: page["figures"].get(name) for name in expected} == expected else None

    page = await eventually("the 360 page has every figure", figures, within_s=30)
    assert page["player"]["last_name"] != "Nightshade", "personal data is not masked"
    entries = await support.pages(f"{base}/timeline", order="happened_at.asc", limit=200)
    moments = [entry["happened_at"] for entry in entries]
    assert moments == sorted(moments), "the timeline is not in order"
    causes_come_first(entries)
    told = [entry["type"] for entry in entries]
    assert "verification.screening_completed" not in told, "support hears that somebody was looked into"
    place = -1
    for kind in STORY:
        assert kind in told[place + 1 :], f"{kind} is missing after {told[: place + 1]}"
        place = told.index(kind, place + 1)
    services = {entry["service"] for entry in entries}
    return f"figures agree; {len(entries)} timeline entries of {', '.join(sorted(services))}, in order"


def causes_come_first(entries: list[dict[str, Any]]) -> None:
    """Every consequence stands behind its cause."""

    def places(kind: str) -> dict[Any, int]:
        """Where it is told for the first time, by what it is about."""
        told = [(_about(entry), place) for place, entry in enumerate(entries) if entry["type"] == kind]
        return dict(reversed(told))

    for cause, consequence in CAUSES:
        first, then = places(cause), places(consequence)
        assert then, f"{consequence} is not told"
        late = [about for about, place in then.items() if place < first.get(about, len(entries))]
        assert not late, f"{consequence} is told before {cause}: {late}"


def _about(entry: dict[str, Any]) -> Any:
    return entry["facts"].get("deposit_id") or entry["facts"].get("withdrawal_id")


async def explain(tale: Tale) -> str:
    """Every movement behind the balance, each explained by the one before."""
    path = f"/api/payments/v1/players/{tale.player_id}/statement"
    page = await tale.staff["support"].get(path, limit=20)
    items = list(page["items"])
    while page["next"]:
        page = await tale.staff["support"].get(path, limit=20, after=page["next"])
        items += page["items"]
    cash = 0
    for item in reversed(items):
        cash += item["cash_delta_minor"]
        assert item["cash_balance_minor"] == cash, item
    assert cash == tale.cash_minor, (cash, tale.cash_minor)
    moved = [item for item in items if item["kind"] != "tombstone"]
    assert len(moved) == tale.movements or not tale.calm, (len(moved), tale.movements)
    tale.findings["cash"] = money(cash, tale.currency)
    amount = tale.findings["cash"]
    return f"{len(moved)} movements, from 0 to {amount}, every balance the one before plus its movement"


async def reports(tale: Tale) -> str:
    """Every report there is in two formats, fetched and opened; their totals are the ledger's."""
    defined = {one["name"] for one in await tale.staff["analyst"].get("/api/reports/v1/definitions")}
    assert defined == set(TOTALS), f"no totals are known of {defined ^ set(TOTALS)}"
    said = []
    for report in TOTALS:
        by_format = await eventually(f"{report} holds every figure", partial(_agreeing, tale, report))
        for name, content in by_format.items():
            path = tale.stack.folder / "reports" / f"{report}.{name}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            tale.files.append(path)
        said.append(f"{report} {len(rows_of_csv(by_format['csv']))} rows")
    return f"{', '.join(said)}, as CSV and XLSX; totals of each equal the ledger"


async def _agreeing(tale: Tale, report: str) -> dict[str, bytes] | None:
    """The files, once the news they are made of has arrived."""
    files = await fetch(tale, report)
    csv_rows, xlsx_rows = rows_of_csv(files["csv"]), rows_of_xlsx(files["xlsx"])
    for one, other in zip(csv_rows, xlsx_rows, strict=True):
        assert all(_same(one[name], cell) for name, cell in other.items()), (one, other)
    equal = [await equal_the_ledger(tale, report, rows) for rows in (csv_rows, xlsx_rows)]
    assert equal[0] == equal[1], f"the CSV and the workbook of {report} add up to different totals"
    return files if equal[0] and _complete(tale, report, csv_rows) else None


def _complete(tale: Tale, report: str, rows: list[dict[str, Any]]) -> bool:
    """Whether it tells of what happened in the story, so that an empty report cannot equal an empty ledger."""

    def total(column: str) -> int:
        return sum(minor(row[column]) for row in rows)

    match report:
        case "revenue":
            figures = total("Bets"), total("Wins"), total("GGR")
            return figures == (tale.bets_minor, tale.wins_minor, tale.bets_minor - tale.wins_minor)
        case "player_transactions":
            return total("Effect on cash") == tale.cash_minor and (len(rows) == tale.movements or not tale.calm)
        case _:
            return total("Amount") == tale.paid_out_minor and {row["Status"] for row in rows} == {"paid"}


async def fetch(tale: Tale, report: str) -> dict[str, bytes]:
    """Ask for a report, follow its progress, fetch its files."""
    analyst, today = tale.staff["analyst"], datetime.now(UTC).date()
    wish = {
        "report": report,
        "casino_ids": [tale.casino_id],
        "from": str(today - timedelta(days=1)),
        "to": str(today + timedelta(days=1)),
        "formats": ["csv", "xlsx"],
    }
    accepted = await analyst.post("/api/reports/v1/jobs", wish)
    path = f"/api/reports/v1/jobs/{accepted['job_id']}"

    async def ended() -> str | None:
        told = (await analyst.send("GET", f"{path}/progress")).text
        last = [line.removeprefix("event: ") for line in told.splitlines() if line.startswith("event: ")]
        return last[-1] if last and last[-1] in ("completed", "failed") else None

    assert await eventually(f"the report {report} is made", ended) == "completed"
    return {name: (await analyst.send("GET", f"{path}/files/{name}")).content for name in ("csv", "xlsx")}


def rows_of_csv(content: bytes) -> list[dict[str, Any]]:
    """The rows of figures."""
    lines = [line for line in content.decode().splitlines() if not line.startswith(("#", '"#'))]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def rows_of_xlsx(content: bytes) -> list[dict[str, Any]]:
    """The rows of figures of the first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    first, *rest = list(book["Figures"].values)
    book.close()
    return [dict(zip(map(str, first), row, strict=True)) for row in rest]


def _same(text: str, cell: Any) -> bool:
    """Whether a cell of the CSV and one of the workbook say the same; a workbook rounds moments to the millisecond."""
    match cell:
        case None:
            return text == ""
        case datetime() if len(text) > len("2026-01-01"):
            return abs(datetime.fromisoformat(text) - cell.replace(tzinfo=UTC)) < timedelta(milliseconds=1)
        case datetime():
            return text == cell.date().isoformat()
        case int() | float():
            return Decimal(text) == Decimal(str(cell))
        case _:
            return text == str(cell)


STEPS = (
    Step("The player 360 page and the timeline tell it all", overview),
    Step("The balance is explained", explain),
    Step("Reports are requested, opened and added up", reports),
)
