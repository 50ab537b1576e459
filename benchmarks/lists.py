"""What a page of a large list costs, whatever is asked of it.

    make bench-lists                            ten million rows, about half an hour
    python benchmarks/lists.py --rows 2000000

Deposits of twelve casinos are copied into the table payments keeps them in, and its list is asked over HTTP in the same
process: by every declared filter and operator, in every order, on the first page, deep inside and on the last page, for
one casino, for two and for all of them, and with every way of counting. What the list refuses because it would cost too
much is told, and is not an answer. Beside it the bare statement for a page is timed through asyncpg.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import structlog
from fastapi import FastAPI

import payments.main
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


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Deposits of ninety days; players deposit fifty times on average."""
    random, step = Random(7), timedelta(days=90) / count
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
        value = sample["id" if name == "deposit_id" else name]
        text = _written(value)
        for op in field.operators:
            given = {"in": f"({text})", "is": "null", "like": f"{text[:6]}*", "ilike": f"*{text[-6:]}*"}.get(op, text)
            money = "&currency=eq.EUR" if field.currency and op != "is" else ""
            yield f"{name} {op}", f"{name}={op}.{given}{money}"


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else "none" if value is None else str(value)


def cases(sample: dict[str, Any], cursors: dict[tuple[str, str, str], str]) -> Iterator[Case]:
    """Everything that is asked."""
    for scope in SCOPES:
        for name, query in filters(sample):
            yield scope, f"filter {name}", query, {}
        for count in ("none", "estimated", "planned", "exact"):
            yield scope, f"count {count}", "", {"Prefer": f"count={count}"}
        for order in orders():
            money = "&currency=eq.EUR" if order.startswith("amount") else ""
            yield scope, f"order {order} page 1", f"order={order}{money}", {}
            for place in ("deep", "last"):
                after = cursors[scope, order, place]
                yield scope, f"order {order} {place} page", f"order={order}{money}&after={after}", {}


def orders() -> list[str]:
    """Every order of one field."""
    return [f"{n}.{way}" for n, field in DEPOSITS.fields.items() if field.sortable for way in ("asc", "desc")]


async def cursor(app: FastAPI, raw: asyncpg.Connection, scope: str, order: str, place: str) -> str:
    """A cursor in the middle of the list, or before its last page, made as the list makes them."""
    name, way = order.split(".")
    key = {"deposit_id": "id"}.get(name, name)
    money = "currency = 'EUR'" if name.startswith("amount") else "true"
    places = [one for one in SCOPES[scope] if one != "*"]
    where = f"FROM {TABLE} WHERE {money} AND ($1::uuid[] = '{{}}' OR casino_id = ANY($1::uuid[]))"
    depth = await raw.fetchval(f"SELECT count(*) {where}", places)
    skip = depth // 2 if place == "deep" else max(depth - 50, 0)
    found = await raw.fetchrow(
        f"SELECT {key}, id {where} ORDER BY {key} {way}, id {way} OFFSET $2 LIMIT 1", places, skip
    )
    assert found is not None, "there are rows of every casino and currency"
    terms = read_order(order, {n: field for n, field in DEPOSITS.fields.items() if field.sortable})
    last = term_of("_id", DEPOSITS.fields["deposit_id"], descending=way == "desc")
    tree = read_filters([("currency", "eq.EUR")]) if name.startswith("amount") else None
    bound = [
        DEPOSITS.name,
        ADDRESS,
        None if tree is None else to_json(tree),
        [one.written for one in (*terms, last)],
        None,
        f"staff:{WHO}",
        None if not places else sorted(map(str, places)),
        [],
    ]
    return make_cursor(app.state.cursor_key, bound, [found[0], found[1]])


async def timed(client: httpx.AsyncClient, case: Case, times: int) -> tuple[float, str | None]:
    """The p95 in milliseconds, or the code of the refusal."""
    scope, name, query, more = case
    headers = {**bearer(TOKENS[scope]), **more}
    taken = []
    for _ in range(times + 1):
        began = stopwatch()
        answer = await client.get(f"{ADDRESS}?{query}", headers=headers)
        taken.append((stopwatch() - began) * 1000)
        if answer.status_code == 422:
            return taken[-1], str(answer.json()["code"])
        if answer.status_code not in (200, 206):
            sys.exit(f"{scope}, {name}: {query} was answered {answer.status_code} {answer.text}")
    return percentile(taken[1:], 0.95), None


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
    say(f"{options.rows} deposits were copied and indexed in {stopwatch() - began:.0f} s")
    await settle(url)
    raw = await asyncpg.connect(url)
    took: dict[tuple[str, str], float] = {}
    refused: dict[str, list[str]] = {}
    try:
        asked = f"SELECT * FROM {TABLE} WHERE currency = 'EUR' OFFSET $1 LIMIT 1"
        sample = dict(await raw.fetchrow(asked, options.rows // 4) or {})
        async with served(url) as (app, client):
            keys = [(scope, order, place) for scope in SCOPES for order in orders() for place in ("deep", "last")]
            cursors = {key: await cursor(app, raw, *key) for key in keys}
            for case in cases(sample, cursors):
                ms, code = await timed(client, case, options.times)
                if code is None:
                    took[case[0], case[1]] = ms
                else:
                    refused.setdefault(code, []).append(f"{case[0]}: {case[1]}")
        baseline = await bare(raw, options.times)
    finally:
        await raw.close()
    return result(took, refused, baseline, options.rows)


def result(took: dict[tuple[str, str], float], refused: dict[str, list[str]], baseline: float, count: int) -> Result:
    """The worst p95, with how the depths compare."""
    worst = sorted(took.items(), key=lambda one: -one[1])[:10]
    for (scope, name), ms in worst:
        say(f"{ms:8.1f} ms  {scope}: {name}")
    for code, names in refused.items():
        say(f"{code}: {len(names)}, such as {names[0]}")
    deep = {
        f"{scope}: {name}": round(ms / took[scope, first], 2)
        for (scope, name), ms in took.items()
        if name.endswith((" deep page", " last page")) and (scope, first := f"{name.rsplit(' ', 2)[0]} page 1") in took
    }
    return Result(
        bench="lists",
        value=round(worst[0][1], 1),
        unit="ms",
        better="lower",
        goal=GOAL_MS,
        measured={
            "rows": count,
            "cases": len(took),
            "p95_of_all_cases_ms": round(percentile(list(took.values()), 0.95), 1),
            "median_case_ms": round(percentile(list(took.values()), 0.5), 1),
            "worst": {f"{scope}: {name}": round(ms, 1) for (scope, name), ms in worst},
            "deepest_over_page_1": max(deep.values(), default=None),
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
    options = parser.parse_args()

    async def run() -> Result:
        with server() as on:
            async with database(on, "lists") as url:
                return await measure(url, options)

    report(asyncio.run(run()))


if __name__ == "__main__":
    main()
