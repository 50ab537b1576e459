"""Lists: the grammar, the pages, and that nothing ever leaks across casinos."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, PermissionSpec, Player, PlayerOr, Requires
from chassis.db import Database
from chassis.http import Db, create_service
from chassis.http.listing import Field, ListSpec, Page
from chassis.settings import ServiceSettings
from chassis.testing.caller_matrix import CALLERS, Attempt, CallerKind, assert_caller
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, count_statements, opened
from chassis.testing.tokens import bearer, make_token, test_verifier

from .conftest import problem

LIST, REVEAL, AML = "example.bet.list", "example.bet.reveal", "example.bet.aml"
A, B, C = (UUID(int=n) for n in (1, 2, 3))
PLAYERS = [UUID(int=100 + n) for n in range(4)]
START = datetime(2026, 1, 1, tzinfo=UTC)

metadata = MetaData()
bet = Table(
    "bet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid),
    Column("player_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("note", Text),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("email", Text),
    Column("suspicion", Text),
)
c = bet.c
FIELDS = {
    "id": Field(c.id),
    "casino_id": Field(c.casino_id),
    "player_id": Field(c.player_id),
    "status": Field(c.status, sortable=True),
    "note": Field(c.note),
    "amount_minor": Field(c.amount_minor, sortable=True, currency="currency"),
    "currency": Field(c.currency),
    "rounds": Field(c.rounds, sortable=True),
    "open": Field(c.open, sortable=True),
    "day": Field(c.day, sortable=True),
    "created_at": Field(c.created_at, sortable=True),
    "email": Field(c.email, data_class="pii_basic", mask=lambda value: value[0] + "***", clear_with=REVEAL),
    "suspicion": Field(c.suspicion, data_class="aml", permission=AML, ops=("eq",)),
}
BETS = ListSpec(
    "bets", bet, casino_column=c.casino_id, owner_column=c.player_id, fields=FIELDS, default_order="created_at.desc"
)
STAFF_ONLY = ListSpec("staff-bets", bet, casino_column=c.casino_id, fields=FIELDS, default_order="created_at.desc")


class Bet(BaseModel):
    id: UUID
    casino_id: UUID | None
    status: str
    amount_minor: int
    created_at: datetime
    email: str | None = None


router = APIRouter(prefix="/api/example/v1")


@router.get("/bets", openapi_extra=BETS.openapi)
async def list_bets(request: Request, caller: Annotated[Caller, PlayerOr(LIST)], db: Db) -> Page[Any]:
    return await BETS.page(request, caller, db)


@router.get("/typed-bets")
async def list_typed_bets(request: Request, caller: Annotated[Caller, Requires(LIST)], db: Db) -> Page[Bet]:
    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "note": "finished", "email": f"clear of {row['email']}"} for row in rows]

    return await BETS.page(request, caller, db, finish=finish)


@router.get("/players/{player_id}/bets")
async def list_player_bets(
    player_id: UUID, request: Request, caller: Annotated[Caller, PlayerOr(LIST)], db: Db
) -> Page[Any]:
    return await BETS.page(request, caller, db, where=[c.player_id == player_id])


@router.get("/staff-bets")
async def list_staff_bets(request: Request, caller: Annotated[Caller, Player()], db: Db) -> Page[Any]:
    return await STAFF_ONLY.page(request, caller, db)


@router.get("/slow-bets")
async def list_slow_bets(request: Request, caller: Annotated[Caller, Requires(LIST)], db: Db) -> Page[Any]:
    return await BETS.page(request, caller, db, where=[text("pg_sleep(30) IS NOT NULL")])  # type: ignore[list-item]


def rows() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number, (casino, player) in enumerate(itertools.product([A, B, None], PLAYERS)):
        for copy in range(5):
            moment = START + timedelta(hours=number % 3, microseconds=copy // 2)
            made.append(
                {
                    "id": UUID(int=1000 + len(made)),
                    "casino_id": casino,
                    "player_id": player,
                    "status": ("won", 'lo"st', "a,b")[copy % 3],
                    "note": None if copy % 2 else "seen",
                    "amount_minor": 100 * (copy + 1),
                    "currency": "EUR" if copy < 3 else "JPY",
                    "rounds": copy,
                    "open": copy == 4,
                    "day": date(2026, 1, 1 + copy),
                    "created_at": moment,
                    "email": "ann@example.com",
                    "suspicion": "high" if copy == 0 else None,
                }
            )
    return made


ROWS = rows()
VISIBLE = [row for row in ROWS if row["casino_id"] == A]


@pytest.fixture(scope="module")
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(insert(bet), ROWS)
        yield db


@pytest.fixture(scope="module")
def app(db: Database) -> FastAPI:
    return create_service(
        "example",
        settings=make_settings(ServiceSettings),
        routers=[router],
        permissions=[PermissionSpec(LIST, "See bets")],
        verifier=test_verifier(),
        state={"db": db},
    )


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A member of staff of casino A."""
    async with started(app, token=staff()) as client:
        yield client


SUBJECT = UUID(int=77)


def staff(*permissions: str, casinos: list[Any] | None = None, subject: UUID = SUBJECT) -> str:
    return make_token(permissions=[LIST, *permissions], casinos=[A] if casinos is None else casinos, subject=subject)


async def ids(client: httpx.AsyncClient, query: str, path: str = "bets", **headers: str) -> list[UUID]:
    answer = await client.get(f"/api/example/v1/{path}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [UUID(item["id"]) for item in answer.json()["items"]]


async def pages(client: httpx.AsyncClient, query: str, after: str = "") -> list[UUID]:
    """All ids, page after page."""
    seen: list[UUID] = []
    while True:
        answer = (await client.get(f"/api/example/v1/bets?{query}{after}")).json()
        seen.extend(UUID(item["id"]) for item in answer["items"])
        if answer["next"] is None:
            return seen
        after = f"&after={answer['next']}"


@pytest.mark.parametrize("caller", CALLERS)
async def test_the_four_callers(client: httpx.AsyncClient, caller: CallerKind) -> None:
    attempt = Attempt("GET", "/api/example/v1/bets", permission=LIST, casino_id=A, hidden="empty")
    if caller == "anonymous":
        client.headers.pop("authorization", None)
    answer = await assert_caller(caller, client, attempt)
    client.headers["authorization"] = f"Bearer {staff()}"
    if caller == "permitted":
        assert {item["casino_id"] for item in answer.json()["items"]} == {str(A)}


QUERIES = [
    "",
    "status=eq.won",
    "casino_id=eq.{B}",
    "casino_id=neq.{A}",
    "casino_id=is.null",
    "casino_id=in.({A},{B})",
    "order=rounds.asc",
    "id=eq.{foreign}",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_nothing_leaks_across_casinos(client: httpx.AsyncClient, query: str) -> None:
    foreign = next(row["id"] for row in ROWS if row["casino_id"] == B)
    filled = query.format(A=A, B=B, foreign=foreign) + "&limit=500"
    mine = {row["id"] for row in VISIBLE}
    assert set(await ids(client, filled.lstrip("&"))) <= mine
    elsewhere = bearer(staff(casinos=[C]))
    assert await ids(client, filled.lstrip("&"), **elsewhere) == []
    nowhere = bearer(make_token(permissions=["other.thing.list"], casinos=["*"]))
    assert (await client.get(f"/api/example/v1/bets?{filled.lstrip('&')}", headers=nowhere)).status_code == 403


async def test_a_permission_elsewhere_does_not_widen_the_list(client: httpx.AsyncClient) -> None:
    grants = [{"casinos": [str(A)], "permissions": [LIST]}, {"casinos": ["*"], "permissions": ["other.thing.list"]}]
    token = bearer(make_token(grants=grants))
    assert set(await ids(client, "limit=500", **token)) == {row["id"] for row in VISIBLE}


async def test_staff_of_all_casinos_see_all(client: httpx.AsyncClient) -> None:
    token = bearer(staff(casinos=["*"]))
    assert len(await ids(client, "limit=500", **token)) == len(ROWS)
    two = bearer(staff(casinos=[A, B]))
    assert set(await ids(client, "limit=500", **two)) == {row["id"] for row in ROWS if row["casino_id"] is not None}


async def test_a_player_sees_only_his_own(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    own = {row["id"] for row in VISIBLE if row["player_id"] == PLAYERS[0]}
    assert set(await ids(client, "limit=500", **token)) == own
    assert await ids(client, f"player_id=eq.{PLAYERS[1]}", **token) == []
    assert set(await ids(client, "", f"players/{PLAYERS[0]}/bets", **token)) == own
    answer = await client.get(f"/api/example/v1/players/{PLAYERS[1]}/bets", headers=token)
    assert answer.status_code == 404


async def test_a_list_without_an_owner_is_closed_to_players(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    problem(await client.get("/api/example/v1/staff-bets", headers=token), 403, "forbidden")


CHECKS: dict[str, Any] = {
    "status=eq.won": lambda r: r["status"] == "won",
    "status=neq.won": lambda r: r["status"] != "won",
    'status=eq.lo"st': lambda r: r["status"] == 'lo"st',
    "status=eq.a,b": lambda r: r["status"] == "a,b",
    "status=eq.": lambda r: False,
    'status=in.(won,"a,b")': lambda r: r["status"] in ("won", "a,b"),
    'status=in.("lo\\"st")': lambda r: r["status"] == 'lo"st',
    "status=in.( won )": lambda r: r["status"] == "won",
    "status=in.()": lambda r: False,
    "note=is.null": lambda r: r["note"] is None,
    "note=is.NOT_NULL": lambda r: r["note"] is not None,
    "note=neq.seen": lambda r: False,
    "rounds=gt.2": lambda r: r["rounds"] > 2,
    "rounds=gte.2": lambda r: r["rounds"] >= 2,
    "rounds=lt.2": lambda r: r["rounds"] < 2,
    "rounds=lte.2&rounds=neq.0": lambda r: 0 < r["rounds"] <= 2,
    "rounds=in.(0,4)": lambda r: r["rounds"] in (0, 4),
    "rounds=eq.-1": lambda r: False,
    "open=eq.true": lambda r: r["open"],
    "open=is.False": lambda r: not r["open"],
    "day=lt.2026-01-03": lambda r: r["day"] < date(2026, 1, 3),
    "created_at=gte.2026-01-01T01:00:00Z": lambda r: r["created_at"] >= START + timedelta(hours=1),
    "created_at=lt.2026-01-01T03:00:00%2B02:00": lambda r: r["created_at"] < START + timedelta(hours=1),
    "created_at=lt.2026-01-01": lambda r: False,
    "created_at=gte.2026-01-01": lambda r: True,
    f"player_id=eq.{PLAYERS[0]}": lambda r: r["player_id"] == PLAYERS[0],
    f"player_id=in.({PLAYERS[0]},{PLAYERS[1]})": lambda r: r["player_id"] in PLAYERS[:2],
    "amount_minor=gte.300&currency=eq.EUR": lambda r: r["amount_minor"] >= 300 and r["currency"] == "EUR",
    "amount_minor=lte.400&currency=in.(EUR,JPY)": lambda r: r["amount_minor"] <= 400,
    "order=rounds": lambda r: True,
}  # fmt: skip


@pytest.mark.parametrize("query", CHECKS)
async def test_a_filter_means_what_it_says(client: httpx.AsyncClient, query: str) -> None:
    expected = {row["id"] for row in VISIBLE if CHECKS[query](row)}
    assert set(await ids(client, query)) == expected


REFUSED = {
    "colour=eq.red": ("LST101", "status"),
    "select=id": ("LST101", "status"),
    "or=(status.eq.won,rounds.eq.1)": ("LST101", "status"),
    "status=won": ("LST103", "eq"),
    "status=like.w*": ("LST103", "eq"),
    "status=gt.a": ("LST103", "eq"),
    "status=not.eq.won": ("LST103", "eq"),
    "status=": ("LST103", "eq"),
    "note=eq.null": ("LST104", "is.null"),
    "note=is.empty": ("LST104", "null or not_null"),
    "note=is.true": ("LST104", "null or not_null"),
    "rounds=eq.": ("LST104", "whole number"),
    "rounds=eq.1.5": ("LST104", "whole number"),
    "rounds=eq.1_000": ("LST104", "whole number"),
    "rounds=eq.２": ("LST104", "whole number"),
    "rounds=eq.2147483648": ("LST104", "32 bits"),
    "amount_minor=eq.9223372036854775808&currency=eq.EUR": ("LST104", "64 bits"),
    "rounds=eq." + "9" * 5000: ("LST104", "32 bits"),
    "rounds=in.(1,x)": ("LST104", "whole number"),
    "rounds=in.1": ("LST104", "a list"),
    "rounds=in.(1,)": ("LST104", "comma"),
    "rounds=in.(,1)": ("LST104", "quotes"),
    'status=in.("a)': ("LST104", "quotes"),
    'status=in.("a"b)': ("LST104", "quotes"),
    'status=in.(a"b)': ("LST104", "quotes"),
    "rounds=in.(" + ",".join(["1"] * 1001) + ")": ("LST104", "at most 1000"),
    "player_id=eq.me": ("LST104", "UUID"),
    "player_id=eq.{00000000-0000-0000-0000-000000000001}": ("LST104", "UUID"),
    "created_at=gt.yesterday": ("LST104", "a time"),
    "created_at=gt.0001-01-01T00:00:00%2B14:00": ("LST104", "a time"),
    "created_at=eq.null": ("LST104", "is.null"),
    "day=eq.2026-02-30": ("LST104", "a date"),
    "day=eq.20260201": ("LST104", "a date"),
    "open=eq.yes": ("LST104", "true or false"),
    "order=note": ("LST105", "status"),
    "order=colour.desc": ("LST105", "status"),
    "order=rounds.down": ("LST105", "rounds.asc"),
    "order=rounds.desc.nullslast": ("LST105", "rounds.asc"),
    "order=": ("LST105", "status"),
    "limit=0": ("LST106", "500"),
    "limit=-1": ("LST106", "500"),
    "limit=many": ("LST106", "500"),
    "limit=": ("LST106", "500"),
    "limit=９": ("LST106", "500"),
    "after=": ("LST107", "cursor"),
    "after=abc": ("LST107", "cursor"),
    "after=é": ("LST107", "cursor"),
    "after=" + "A" * 5000: ("LST107", "cursor"),
    "&".join(["rounds=gt.0"] * 51): ("LST108", "50"),
    "limit=1&limit=2": ("LST109", "once"),
    "order=rounds&order=day": ("LST109", "once"),
    "amount_minor=gte.1": ("LST110", "currency=eq.EUR"),
    "order=amount_minor": ("LST110", "currency=eq.EUR"),
    "order=amount_minor&currency=in.(EUR,JPY)": ("LST110", "currency=eq.EUR"),
    "email=eq.ann@example.com": ("LST101", "status"),
    "order=email": ("LST105", "status"),
    "suspicion=eq.high": ("LST101", "status"),
    "order=created_at,": ("LST105", "status"),
}


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:50])
async def test_what_is_not_understood_is_refused_with_what_is_allowed(client: httpx.AsyncClient, query: str) -> None:
    code, hint = REFUSED[query]
    document = problem(await client.get(f"/api/example/v1/bets?{query}"), 400, code)
    assert hint in document["detail"]
    assert document["errors"][0]["code"] == code


async def test_a_masked_field_is_clear_only_where_revealing_is_allowed(client: httpx.AsyncClient) -> None:
    async def emails(token: dict[str, str]) -> dict[str | None, set[str]]:
        answer = (await client.get("/api/example/v1/bets?limit=500", headers=token)).json()
        seen: dict[str | None, set[str]] = {}
        for item in answer["items"]:
            seen.setdefault(item["casino_id"], set()).add(item["email"])
        return seen

    assert await emails(bearer(staff())) == {str(A): {"a***"}}
    assert await emails(bearer(staff(REVEAL))) == {str(A): {"ann@example.com"}}
    grants = [{"casinos": [str(A), str(B)], "permissions": [LIST]}, {"casinos": [str(B)], "permissions": [REVEAL]}]
    assert await emails(bearer(make_token(grants=grants))) == {str(A): {"a***"}, str(B): {"ann@example.com"}}


async def test_a_field_one_may_not_know_is_absent_everywhere(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/example/v1/bets")).json()
    assert all("suspicion" not in item for item in answer["items"])
    document = problem(await client.get("/api/example/v1/bets?colour=eq.red"), 400, "LST101")
    assert "suspicion" not in document["detail"]
    permitted = bearer(staff(AML))
    assert len(await ids(client, "suspicion=eq.high", **permitted)) == 4
    grants = [{"casinos": [str(A), str(B)], "permissions": [LIST]}, {"casinos": [str(B)], "permissions": [AML]}]
    partly = await client.get("/api/example/v1/bets?suspicion=eq.high", headers=bearer(make_token(grants=grants)))
    problem(partly, 400, "LST101")


ORDERS = [
    "",
    "order=created_at.asc",
    "order=created_at.desc",
    "order=rounds.desc,created_at.asc",
    "order=status,rounds.desc,day",
    "order=open.desc",
    "order=day.asc,open.desc",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 7, 20])
async def test_pages_together_are_the_list(client: httpx.AsyncClient, order: str, limit: int) -> None:
    whole = await ids(client, f"limit=500&{order}")
    assert await pages(client, f"limit={limit}&{order}") == whole
    assert len(whole) == len(set(whole)) == len(VISIBLE)


async def test_the_order_is_the_one_asked_for(client: httpx.AsyncClient) -> None:
    whole = await ids(client, "limit=500&order=rounds.desc,created_at.asc")
    by_id = {row["id"]: row for row in VISIBLE}
    keys = [(-by_id[one]["rounds"], by_id[one]["created_at"], one) for one in whole]
    assert keys == sorted(keys)


async def test_the_page_size_has_a_default_and_a_most(client: httpx.AsyncClient, db: Database) -> None:
    token = bearer(staff(casinos=["*"]))
    assert len(await ids(client, "", **token)) == 50
    assert len(await ids(client, "limit=999999999", **token)) == 60


async def test_a_row_that_arrives_meanwhile_moves_no_page(client: httpx.AsyncClient, db: Database) -> None:
    whole = await ids(client, "limit=500")
    first = (await client.get("/api/example/v1/bets?limit=5")).json()
    newest = {**ROWS[0], "id": UUID(int=9999), "created_at": START + timedelta(days=1)}
    async with db.write() as connection:
        await connection.execute(insert(bet), [newest])
    try:
        rest = await pages(client, "limit=5", after=f"&after={first['next']}")
        assert [UUID(item["id"]) for item in first["items"]] + rest == whole
    finally:
        async with db.write() as connection:
            await connection.execute(bet.delete().where(c.id == newest["id"]))


async def test_a_cursor_is_good_for_its_own_list_filter_order_caller_and_casinos_only(
    client: httpx.AsyncClient,
) -> None:
    async def cursor(query: str) -> str:
        answer = await client.get(f"/api/example/v1/bets?limit=2&{query}")
        made: str = answer.json()["next"]
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
    await refused(f"status=eq.won&after={after}", "typed-bets")
    await refused(f"status=eq.won&after={after}", **bearer(staff(subject=UUID(int=78))))
    await refused(f"status=eq.won&after={after}", **bearer(staff(casinos=["*"])))
    await refused(f"status=eq.won&after={after}", **bearer(staff(casinos=[A, B])))
    flipped = ("B" if after[0] == "A" else "A") + after[1:]
    await refused(f"status=eq.won&after={flipped}")
    await refused(f"status=eq.won&after={after[:-2]}")
    assert len(texts) == 1, "no refusal tells why"


async def test_a_cursor_of_another_process_is_good_and_of_another_key_is_not(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    after = (await client.get("/api/example/v1/bets?limit=2")).json()["next"]
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


async def test_a_list_that_takes_too_long_is_stopped_with_advice(client: httpx.AsyncClient) -> None:
    document = problem(await client.get("/api/example/v1/slow-bets"), 422, "LST_TIMEOUT")
    assert "range of time" in document["detail"]


async def test_rows_are_finished_before_they_are_masked_and_shaped_as_declared(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/example/v1/typed-bets?limit=1")).json()
    (item,) = answer["items"]
    assert set(item) == {"id", "casino_id", "status", "amount_minor", "created_at", "email"}
    assert item["email"] == "c***"
    assert answer["next"] is not None


async def test_the_description_names_the_fields_one_can_filter_by(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    parameters = {one["name"]: one for one in document["paths"]["/api/example/v1/bets"]["get"]["parameters"]}
    assert {"status", "created_at", "order", "limit", "after"} <= set(parameters)
    assert "email" not in parameters
    assert "gte" in parameters["created_at"]["description"]


def test_declarations_that_would_leak_or_break_are_refused() -> None:
    with pytest.raises(ValueError, match="masked"):
        Field(c.email, mask=str, sortable=True)
    with pytest.raises(ValueError, match="masked"):
        Field(c.email, mask=str, ops=("eq",))
    with pytest.raises(ValueError, match="nullable"):
        Field(c.note, sortable=True)
    with pytest.raises(ValueError, match="text fields have"):
        Field(c.status, ops=("gt",))


query_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
names = st.sampled_from([*FIELDS, "order", "limit", "after", "x"])
values = query_text | st.tuples(st.sampled_from(["eq.", "neq.", "in.(", "is.", "gt.", "lte."]), query_text).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(query=st.lists(st.tuples(names, values), max_size=4))
async def test_no_query_whatsoever_makes_a_5xx_or_a_foreign_row(
    client: httpx.AsyncClient, query: list[tuple[str, str]]
) -> None:
    answer = await client.get(
        "/api/example/v1/bets", params=httpx.QueryParams([(name, value) for name, value in query])
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert {item["casino_id"] for item in answer.json()["items"]} <= {str(A)}
