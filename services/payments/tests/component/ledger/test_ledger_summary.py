"""The proof that the books add up, over HTTP and on the command line."""

import json
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from chassis.testing.tokens import make_token
from contracts.payments.permissions import PaymentsPermission
from payments.adapters.ledger.rollup import roll_up
from payments.adapters.ledger.verify import CAUSED, CHECKS, verify
from payments.entrypoints.commands import verify_ledger

from .conftest import CASINO

ELSEWHERE = UUID("0190f5fe-7c00-7a00-8000-000000000002")
PATH = "/ledger/summary"


def staff(*casinos: UUID | str) -> str:
    return make_token(permissions=[PaymentsPermission.LEDGER_VIEW], casinos=casinos or ("*",))


async def busy(house) -> None:
    """Two casinos, two currencies, some play."""
    euro, pound = await house.player(), await house.player(currency="GBP", casino_id=ELSEWHERE)
    await house.converted(euro, 1_000)
    await house.converted(pound, 500)
    await house.hop([house.item(euro, "bet", f"t{n}", 10) for n in range(20)])
    await house.hop([house.item(pound, "bet", "t1", 50), house.item(pound, "win", "t2", 75)])


async def test_every_book_sums_to_zero_before_and_after_the_house_was_added_up(own_house):
    await busy(own_house)
    before = (await own_house.get(PATH, staff())).json()
    assert before["balanced"]
    assert [(book["currency"], book["sum_minor"]) for book in before["books"]] == [("EUR", 0), ("GBP", 0)]
    assert before["totals"] == [
        {"currency": "EUR", "sum_minor": 0, "held_for_players_minor": 800},
        {"currency": "GBP", "sum_minor": 0, "held_for_players_minor": 525},
    ]
    assert await roll_up(own_house.service.db)
    assert (await own_house.get(PATH, staff())).json() == before
    async with own_house.service.db.read() as connection:
        raw = await driver(connection)
        assert await raw.fetchval("SELECT count(*) FROM account_delta") == 0
        assert (
            await raw.fetchval("SELECT balance_minor FROM account WHERE type = 'game_house' AND currency = 'EUR'")
            == 200
        )


async def test_staff_see_the_books_of_their_casinos_only(own_house):
    await busy(own_house)
    own = (await own_house.get(PATH, staff(ELSEWHERE))).json()
    assert {book["casino_id"] for book in own["books"]} == {str(ELSEWHERE)}
    assert [total["currency"] for total in own["totals"]] == ["GBP"]
    one = (await own_house.get(f"{PATH}?casino_id={CASINO}", staff())).json()
    assert {book["casino_id"] for book in one["books"]} == {str(CASINO)}
    assert (await own_house.get(f"{PATH}?casino_id={CASINO}", staff(ELSEWHERE))).json()["books"] == []
    assert (await own_house.get(PATH, staff(uuid4()))).json() == {"balanced": True, "books": [], "totals": []}


async def test_the_command_says_that_everything_holds(own_house, capsys):
    """Of what games' suppliers asked for; money that came from nowhere it would find."""
    for key in (await own_house.player(), await own_house.player(currency="GBP", casino_id=ELSEWHERE)):
        await own_house.hop([own_house.item(key, "win", "t0", 1_000)])
        await own_house.hop([own_house.item(key, "bet", f"t{n}", 10) for n in range(1, 21)])
    assert await verify_ledger(own_house.service, []) == 0
    assert capsys.readouterr().out.count("holds ") == len(CHECKS) + len(CAUSED) + 4, (
        "lists, what was told, and seals too"
    )
    assert await verify_ledger(own_house.service, ["--json"]) == 0
    assert all(one["holds"] for one in json.loads(capsys.readouterr().out))


BREAKS = {
    "UPDATE account SET balance_minor = balance_minor + 1 WHERE type = 'cash'": ("I1", "I2"),
    "UPDATE account_delta SET delta_minor = delta_minor + 1": ("I1", "I2"),
    "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE kind = 'bet'": ("I2",),
    "UPDATE transfer SET debit_balance = debit_balance - 1 WHERE supplier_tx = 't3'": ("I2",),
    "UPDATE transfer SET cash_after = cash_after - 1 WHERE supplier_tx = 't3'": ("I2",),
    "DELETE FROM transfer WHERE supplier_tx = 't3'": ("I2",),
    "UPDATE transfer SET debit_balance = -5 WHERE supplier_tx = 't3'": ("I2", "I3"),
    "UPDATE transfer SET credit_account = 999999 WHERE supplier_tx = 't3'": ("I2", "I4"),
    "UPDATE transfer SET reversal_of = (SELECT id FROM transfer WHERE supplier_tx = 't3') WHERE supplier_tx = 't4'": (
        "I4",
    ),
    "UPDATE transfer SET kind = 'withdrawal_release', reference_id = id WHERE supplier_tx = 't3'": ("I5", "I12"),
    "ALTER TABLE transfer DISABLE TRIGGER transfer_is_append_only": ("I13",),
    "DROP TRIGGER transfer_is_never_emptied ON transfer": ("I13",),
    "ALTER TABLE event DISABLE TRIGGER event_is_append_only": ("I13",),
    "INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta) "
    "VALUES ('deposit-of-which-the-first-event-is-gone', 2, gen_random_uuid(), 'x', 1, '{}', '{}')": ("I13",),
}


@pytest.mark.parametrize("statement", BREAKS)
async def test_whatever_somebody_does_to_the_tables_is_found(own_house, statement: str, capsys):
    await busy(own_house)
    async with own_house.service.db.write() as connection:
        raw = await driver(connection)
        if not statement.startswith(("ALTER", "DROP")):
            await raw.execute("SET LOCAL session_replication_role = replica")
        await raw.execute(statement)
    broken = {one.name.split()[0] for one in await verify(own_house.service.settings.database_url) if not one.holds}
    assert broken == set(BREAKS[statement])
    assert await verify_ledger(own_house.service, []) == 1
    assert "BROKEN" in capsys.readouterr().out
    async with own_house.service.db.write() as connection:
        # Of entries that are gone nothing can be told any more.
        await (await driver(connection)).execute("DELETE FROM outbox")


async def test_what_is_owed_to_players_is_told_per_casino_and_currency(own_house):
    await busy(own_house)
    told = (await own_house.get("/ledger/liabilities", staff())).json()
    assert [(one["currency"], one["cash_minor"], one["held_for_players_minor"]) for one in told["lines"]] == [
        ("EUR", 800, 800),
        ("GBP", 525, 525),
    ]
    assert {one["sum_minor"] for one in told["lines"]} == {0}
    then = (await own_house.get("/ledger/liabilities?at=2026-01-01T00:00:00Z", staff())).json()
    assert then == {"at": "2026-01-01T00:00:00Z", "lines": []}
    own = (await own_house.get("/ledger/liabilities", staff(ELSEWHERE))).json()
    assert [one["casino_id"] for one in own["lines"]] == [str(ELSEWHERE)]
    other = (await own_house.get(f"/ledger/liabilities?casino_id={CASINO}", staff(ELSEWHERE))).json()
    assert other["lines"] == []


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_what_will_be_owed_nobody_knows(own_house, at: str):
    answer = await own_house.get(f"/ledger/liabilities?at={at}", staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.at")


@pytest.mark.parametrize("query", ["at=soon", "at=2026-01-01T00:00:00", "casino_id=1", "when=now"])
async def test_liabilities_are_asked_for_in_their_own_words_alone(own_house, query: str):
    assert (await own_house.get(f"/ledger/liabilities?{query}", staff())).status_code == 422
