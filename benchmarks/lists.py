"""What a page of a large list costs, whatever is asked of it.

    make bench-lists                            ten million rows, about five minutes
    python benchmarks/lists.py --rows 2000000

Deposits of twelve casinos are copied into the table payments keeps them in, and its list is asked over HTTP in the same
process: by every declared filter and operator, in every order, on the first page, deep inside and on the last page, for
one casino, for two and for all of them, and with every way of counting. It is a huge list: what is not equality on an
index is asked for the last week, as a user interface does, and again for all ninety days. What is refused because it
would cost too much is told, and is not an answer. Beside it the bare statement for a page is timed through asyncpg.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import httpx
import structlog
from fastapi import FastAPI

import payments.main
from chassis.collector import settle_collector
from chassis.db.migrations import upgrade
from chassis.http.listing.cursor import make_cursor
from chassis.http.listing.grammar import read_filters
from chassis.http.listing.keyset import read_order, term_of
from chassis.http.listing.tree import to_json
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.tokens import bearer, make_token, test_verifier
from common import Result, database, percentile, report, say, server, settle, stopwatch
from contracts.payments.permissions import PaymentsPermission
from list_plans import Plan, overheard, plan_of
from payments.entrypoints.http.deposits.listing import DEPOSITS
from payments.settings import Settings

GOAL_MS = 50.0
BASELINE_NAME = "p95 in ms of the bare statement for a page through asyncpg"
ADDRESS = "/api/payments/v1/deposits"
TABLE = "rm_deposit_list"
CASINOS = [UUID(int=0xCA5 << 64 | n) for n in range(12)]
SCOPES: dict[str, list[Any]] = {"one casino": CASINOS[:1], "two casinos": CASINOS[1:3], "all casinos": ["*"]}
WHO = UUID(int=0x57AFF)
END = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAYS = 90
WINDOWS = {"week": END - timedelta(days=7), "all": END - timedelta(days=DAYS + 1)}
STATUSES = ("succeeded", "succeeded", "succeeded", "failed", "refused", "requested", "expired")
COLUMNS = (
    "id",
    "casino_id",
    "player_id",
    "provider",
    "status",
    "amount_minor",
    "requested_minor",
    "currency",
    "reference",
    "code",
    "late",
    "created_at",
    "updated_at",
)
BARE = """
    SELECT id, casino_id, player_id, provider, status, amount_minor, requested_minor, currency, reference, code, late,
           created_at, updated_at
    FROM rm_deposit_list WHERE casino_id = $1 ORDER BY created_at DESC, id DESC LIMIT 51"""

Case = tuple[str, str, str, dict[str, str]]
"""Scope, name, query string, headers."""

Key = tuple[str, str, str, str]
"""Scope, window, order, place of a cursor."""


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Deposits of ninety days; players deposit fifty times on average."""
    random, step = Random(7), timedelta(days=DAYS) / count
    for n in range(count):
        at, player = END - step * (count - n), random.randrange(count // 50 or 1)
        amount, status = random.randrange(500, 500_000), STATUSES[random.randrange(7)]
        casino, code = CASINOS[player % 12], "declined" if status in ("failed", "refused") else None
        money = (amount, amount, ("EUR", "SEK", "GBP")[player // 12 % 3])
        yield (
            UUID(int=0x1D << 96 | n),
            casino,
            UUID(int=0xA << 96 | player),
            ("stripe", "trustly")[n % 2],
            status,
            *money,
            (f"ref-{n:012x}"),
            code,
            n % 997 == 0,
            at,
            at + timedelta(minutes=random.randrange(60)),
        )


async def fill(url: str, count: int) -> None:
    """Copy the rows; indexes are made afterwards, as one would."""
    connection = await asyncpg.connect(url)
    try:
        asked = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1 AND indexname NOT LIKE 'pk%'"
        indexes = [one for one in await connection.fetch(asked, TABLE) if "_pkey" not in one["indexname"]]
        for one in indexes:
            await connection.execute(f'DROP INDEX "{one["indexname"]}"')
        await connection.copy_records_to_table(TABLE, records=rows(count), columns=COLUMNS, timeout=7200)
        for one in indexes:
            await connection.execute(one["indexdef"], timeout=7200)
        await connection.execute(f"VACUUM ANALYZE {TABLE}", timeout=7200)
    finally:
        await connection.close()


def filters(sample: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A condition for every operator of every field, that the sample row meets where one can be met."""
    for name, field in DEPOSITS.fields.items():
        value = sample.get("id" if name == "deposit_id" else name)
        text = _written(next(iter(field.values)) if value is None and field.values else value)
        for op in field.operators:
            given = {"in": f"({text})", "is": "null", "like": f"{text[:6]}*", "ilike": f"*{text[-6:]}*"}.get(op, text)
            money = "&currency=eq.EUR" if field.currency and op != "is" else ""
            asked = f"{name}={op}.{given}{money}"
            if name in DEPOSITS.indexed and op in ("eq", "in"):
                yield f"{name} {op}", asked
                continue
            for window in WINDOWS:
                yield f"{name} {op}, {window}", f"{narrowed(window)}&{asked}"


def narrowed(window: str) -> str:
    """The range of time."""
    return f"created_at=gte.{_written(WINDOWS[window])}"


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else "none" if value is None else str(value)


def cases(scopes: Collection[str], sample: dict[str, Any], cursors: dict[Key, str]) -> Iterator[Case]:
    """Everything that is asked."""
    for scope in scopes:
        for name, query in filters(sample):
            yield scope, f"filter {name}", query, {}
        for window in WINDOWS:
            for count in ("none", "estimated", "planned", "exact"):
                yield scope, f"count {count}, {window}", narrowed(window), {"Prefer": f"count={count}"}
            for order in orders():
                asked = f"order={order}&{narrowed(window)}{_money(order)}"
                yield scope, f"order {order}, {window}, page 1", asked, {}
                for place in ("deep", "last"):
                    if (after := cursors.get((scope, window, order, place))) is not None:
                        yield scope, f"order {order}, {window}, {place} page", f"{asked}&after={after}", {}


def orders() -> list[str]:
    """Every order of one field."""
    return [f"{n}.{way}" for n, field in DEPOSITS.fields.items() if field.sortable for way in ("asc", "desc")]


def places(scopes: Collection[str]) -> Iterator[Key]:
    """The pages behind the first: in the order of time at any depth, in other orders within the week."""
    for scope in scopes:
        for order in orders():
            for window in WINDOWS if order.startswith("created_at") else ("week",):
                for place in ("deep", "last"):
                    yield scope, window, order, place


def _money(order: str) -> str:
    return "&currency=eq.EUR" if DEPOSITS.fields[order.partition(".")[0]].currency else ""


async def cursor(app: FastAPI, raw: asyncpg.Connection, key: Key) -> str:
    """A cursor in the middle of the list, or before its last page, made as the list makes them."""
    scope, window, order, place = key
    name, way = order.split(".")
    money = "currency = 'EUR'" if _money(order) else "true"
    casinos = [one for one in SCOPES[scope] if one != "*"]
    within = f"FROM {TABLE} WHERE {money} AND created_at >= $1 AND ($2::uuid[] = '{{}}' OR casino_id = ANY($2::uuid[]))"
    depth = await raw.fetchval(f"SELECT count(*) {within}", WINDOWS[window], casinos)
    skip = depth // 2 if place == "deep" else max(depth - 50, 0)
    asked = f"SELECT {name}, id {within} ORDER BY {name} {way}, id {way} OFFSET $3 LIMIT 1"
    found = await raw.fetchrow(asked, WINDOWS[window], casinos, skip)
    assert found is not None, "there are rows of every casino and currency"
    terms = read_order(order, {n: field for n, field in DEPOSITS.fields.items() if field.sortable})
    last = term_of("_id", DEPOSITS.fields["deposit_id"], descending=way == "desc")
    tree = read_filters(parse_qsl(f"{narrowed(window)}{_money(order)}"))
    assert tree is not None
    bound = [
        DEPOSITS.name,
        ADDRESS,
        to_json(tree),
        [one.written for one in (*terms, last)],
        None,
        None,
        f"staff:{WHO}",
        None if not casinos else sorted(map(str, casinos)),
        [],
    ]
    return make_cursor(app.state.cursor_key, bound, [found[0], found[1]], datetime.now(UTC))


async def timed(client: httpx.AsyncClient, case: Case, times: int) -> tuple[list[float], str | None]:
    """What each took in milliseconds, or the code of the refusal."""
    scope, name, query, more = case
    headers = {**bearer(TOKENS[scope]), **more}
    taken = []
    for _ in range(times + 1):
        began = stopwatch()
        answer = await client.get(f"{ADDRESS}?{query}", headers=headers)
        taken.append((stopwatch() - began) * 1000)
        if answer.status_code == 422:
            return [], str(answer.json()["code"])
        if answer.status_code not in (200, 206):
            sys.exit(f"{scope}, {name}: {query} was answered {answer.status_code} {answer.text}")
    return taken[1:], None


TOKENS = {
    scope: make_token(permissions=[PaymentsPermission.DEPOSIT_LIST], casinos=places, subject=WHO)
    for scope, places in SCOPES.items()
}


@asynccontextmanager
async def served(url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """Payments in this process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    service = payments.main.build(make_settings(Settings, database_url=url))
    service.verifier = test_verifier()
    app = http_application(service)
    async with talking(app) as client:
        settle_collector()  # As a service does before it answers anybody.
        yield app, client


def parse_ms() -> dict[str, float]:
    """What reading the largest inputs within the caps takes, in milliseconds."""
    largest = {
        "50 conditions 5 deep": [("or", "(" + ",".join(f"and(or(and(or(a{n}.eq.1))))" for n in range(50)) + ")")],
        "1000 values": [("a", f"in.({','.join(str(n) for n in range(1000))})")],
        "8 KiB of text": [("a", "eq." + "x" * 8000)],
    }
    taken = {}
    for name, given in largest.items():
        began = stopwatch()
        for _ in range(20):
            read_filters(given)
        taken[name] = round((stopwatch() - began) / 20 * 1000, 3)
    return taken


async def bare(raw: asyncpg.Connection, times: int) -> float:
    """The p95 of the statement alone."""
    taken = []
    for _ in range(times * 5):
        began = stopwatch()
        await raw.fetch(BARE, CASINOS[0])
        taken.append((stopwatch() - began) * 1000)
    return percentile(taken, 0.95)


async def measure(url: str, options: argparse.Namespace) -> Result:
    """All of it."""
    await upgrade("payments", url)
    began = stopwatch()
    await fill(url, options.rows)
    loading = stopwatch() - began
    say(f"{options.rows} deposits were copied and indexed in {loading:.0f} s")
    await settle(url)
    raw = await asyncpg.connect(url)
    took: dict[tuple[str, str], list[float]] = {}
    plans: dict[str, Plan] = {}
    refused: dict[str, list[str]] = {}
    try:
        asked = f"SELECT * FROM {TABLE} WHERE currency = 'EUR' OFFSET $1 LIMIT 1"
        sample = dict(await raw.fetchrow(asked, options.rows // 4) or {})
        async with served(url) as (app, client):
            cursors = {key: await cursor(app, raw, key) for key in places(options.scopes)}
            with overheard() as statements:
                for case in cases(options.scopes, sample, cursors):
                    taken, code = await timed(client, case, options.times)
                    sent = statements.last(TABLE)
                    if code is not None or sent is None:
                        refused.setdefault(code or "", []).append(f"{case[0]}: {case[1]}")
                        continue
                    took[case[0], case[1]] = taken
                    plans[f"{case[0]}: {case[1]}"] = await plan_of(raw, *sent, min(options.times, 3))
        baseline = await bare(raw, options.times)
    finally:
        await raw.close()
    return result(took, refused, baseline, {"rows": options.rows, "loading_s": round(loading), **at_server(plans)})


def at_server(plans: dict[str, Plan]) -> dict[str, Any]:
    """The same without HTTP and without the neighbours: what the server's own clock says of each statement."""
    worst = sorted(plans.items(), key=lambda one: -one[1].ms)[:10]
    for name, plan in worst:
        say(f"{plan.ms:8.1f} ms at the server, {plan.blocks} blocks  {name}")
    return {
        "at_server_p95_ms": percentile([one.ms for one in plans.values()], 0.95),
        "at_server_worst": {name: plan.ms for name, plan in worst},
        "at_server_over_goal": sum(one.ms > GOAL_MS for one in plans.values()),
        "whole_table_read": [name for name, plan in plans.items() if plan.whole_table],
    }


def result(
    took: dict[tuple[str, str], list[float]], refused: dict[str, list[str]], baseline: float, more: dict[str, Any]
) -> Result:
    """The worst p95, with how the depths compare by their medians."""
    p95 = {case: percentile(taken, 0.95) for case, taken in took.items()}
    median = {case: percentile(taken, 0.5) for case, taken in took.items()}
    worst = sorted(p95.items(), key=lambda one: -one[1])[:10]
    for (scope, name), ms in worst:
        say(f"{ms:8.1f} ms  {scope}: {name}")
    for code, names in refused.items():
        say(f"{code}: {len(names)}: {'; '.join(names)}")
    deep = {
        f"{scope}: {name}": round(ms / median[scope, first], 2)
        for (scope, name), ms in median.items()
        if name.endswith((" deep page", " last page")) and (scope, first := f"{name.rsplit(' ', 2)[0]} page 1") in took
    }
    deepest = max(deep, key=lambda one: deep[one], default=None)
    return Result(
        bench="lists",
        value=round(worst[0][1], 1),
        unit="ms",
        better="lower",
        goal=GOAL_MS,
        measured={
            **more,
            "cases": len(took),
            "p95_of_all_cases_ms": round(percentile(list(p95.values()), 0.95), 1),
            "median_case_ms": round(percentile(list(p95.values()), 0.5), 1),
            "worst": {f"{scope}: {name}": round(ms, 1) for (scope, name), ms in worst},
            "over_goal": sum(ms > GOAL_MS for ms in p95.values()),
            "refused": {code: len(names) for code, names in refused.items()},
            "deepest_over_page_1": None if deepest is None else deep[deepest],
            "deepest": deepest,
            "parse_ms": parse_ms(),
        },
        baseline=round(baseline, 2),
        baseline_name=BASELINE_NAME,
        extra={"refused": refused},
    )


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog=Path(__file__).name, description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=20, help="how often each case is asked")
    parser.add_argument("--scopes", nargs="+", choices=SCOPES, default=list(SCOPES), help="whose rows are asked for")
    options = parser.parse_args()

    async def run() -> Result:
        with server() as on:
            async with database(on, "lists") as url:
                return await measure(url, options)

    report(asyncio.run(run()))


if __name__ == "__main__":
    main()
