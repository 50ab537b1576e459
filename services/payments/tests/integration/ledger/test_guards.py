"""What keeps the books as they are: whoever takes one of these guards away, or puts another in its place, is found."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from chassis.db.engine import plain_url
from chassis.testing.postgres import Databases
from payments.adapters.ledger.guards import CHECKS, DEFINED, FUNCTIONS, FUNCTIONS_KEPT, changed_functions
from payments.adapters.ledger.months import make_months
from payments.adapters.ledger.verify import verify
from payments.domain.ledger.accounts import FLOORS, AccountType

from .conftest import Desk

CONSTRAINTS, OF_TYPES, TRIGGERS, RIGHTS = CHECKS


@pytest.fixture(scope="module")
async def raw(databases: Databases) -> AsyncIterator[Any]:
    """A connection to a database with a month and a player, which every test leaves as it was."""
    async with Desk(await databases.create("payments")) as desk:
        desk.clock.advance(timedelta(days=14))
        await make_months(desk.db, desk.clock.now())
        await desk.player(100)
        opened = await asyncpg.connect(plain_url(desk.url))
        yield opened
        await opened.close()


async def broken(raw: Any) -> dict[str, str]:
    """What is found, in the transaction that is open."""
    found = {name: await raw.fetch(query) for name, query in CHECKS.items()}
    found[FUNCTIONS_KEPT] = await changed_functions(raw)
    return {name: "; ".join(str(dict(row)) for row in rows) for name, rows in found.items() if rows}


async def test_what_a_new_database_has_is_what_is_held_against(raw):
    there = {row["name"]: row["digest"] for row in await raw.fetch(DEFINED)}
    assert {name: there.get(name) for name in FUNCTIONS} == FUNCTIONS
    assert await broken(raw) == {}


NOTHING_DONE = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END'"
FAULTS: dict[str, tuple[str, str, str]] = {
    "no floors": ("ALTER TABLE account DROP CONSTRAINT ck_account_floor", CONSTRAINTS, "ck_account_floor"),
    "a lower floor": (
        ("ALTER TABLE account DROP CONSTRAINT ck_account_floor,"
        " ADD CONSTRAINT ck_account_floor CHECK (balance_minor >= floor_minor - 1000)"), CONSTRAINTS, "- 1000",
    ),
    "a floor that new rows alone are held to": (
        ("ALTER TABLE account DROP CONSTRAINT ck_account_floor,"
        " ADD CONSTRAINT ck_account_floor CHECK (balance_minor >= floor_minor) NOT VALID"), CONSTRAINTS, "NOT VALID",
    ),
    "entries of any amount": ("ALTER TABLE transfer DROP CONSTRAINT ck_transfer_amount", CONSTRAINTS, "is missing"),
    "an account without its floor": (
        "UPDATE account SET floor_minor = NULL WHERE type = 'cash'", OF_TYPES, "'floor_minor': None",
    ),
    "a floor far below": ("UPDATE account SET floor_minor = -9 WHERE type = 'cash'", OF_TYPES, "'floor_minor': -9"),
    "no trigger": ("DROP TRIGGER transfer_is_append_only ON transfer", TRIGGERS, "is missing"),
    "no trigger of a month": (
        "DROP TRIGGER transfer_is_never_emptied ON ledger_months.transfer_2026_03", TRIGGERS, "transfer_2026_03",
    ),
    "a trigger that is switched off": (
        "ALTER TABLE event DISABLE TRIGGER event_is_append_only", TRIGGERS,
        "is switched off",
    ),
    "no trigger of what is kept beside": (
        "DROP TRIGGER ledger_bonus_is_append_only ON ledger_bonus", TRIGGERS, "ledger_bonus",
    ),
    "a trigger for some columns": (
        ("CREATE OR REPLACE TRIGGER event_is_append_only BEFORE DELETE OR UPDATE OF type ON event FOR EACH ROW"
        " EXECUTE FUNCTION refuse_change()"), TRIGGERS, "does something else",
    ),
    "a trigger for some rows": (
        ("CREATE OR REPLACE TRIGGER event_is_append_only BEFORE DELETE OR UPDATE ON event FOR EACH ROW"
        " WHEN (OLD.version > 1) EXECUTE FUNCTION refuse_change()"), TRIGGERS, "does something else",
    ),
    "a trigger of somebody": (
        (f"CREATE FUNCTION mine() {NOTHING_DONE};"
        "CREATE TRIGGER mine BEFORE INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION mine()"), TRIGGERS,
        "no migration made it",
    ),
    "a function of the same name elsewhere": (
        (f"CREATE SCHEMA other; CREATE FUNCTION other.refuse_change() {NOTHING_DONE};"
        "CREATE OR REPLACE TRIGGER event_is_append_only BEFORE DELETE OR UPDATE ON event FOR EACH ROW"
        " EXECUTE FUNCTION other.refuse_change()"), TRIGGERS, "does something else",
    ),
    "a rule": ("CREATE RULE mine AS ON INSERT TO event DO INSTEAD NOTHING", TRIGGERS, "no migration made it"),
    "a function that lets everything pass": (
        f"CREATE OR REPLACE FUNCTION refuse_change() {NOTHING_DONE}", FUNCTIONS_KEPT, "does something else",
    ),
    "a month that is taken away otherwise": (
        "CREATE OR REPLACE FUNCTION ledger_take_away(wanted date) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        FUNCTIONS_KEPT, "does something else",
    ),
    "a function that acts for the owner": (
        "CREATE FUNCTION mine() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM event'",
        FUNCTIONS_KEPT, "no migration made it",
    ),
    "a right for everybody": ("GRANT DELETE ON event TO PUBLIC", RIGHTS, "everybody"),
    "a right to one column": (
        "GRANT UPDATE (amount_minor) ON ledger_months.transfer_2026_03 TO PUBLIC", RIGHTS,
        "everybody",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_guard_that_is_gone_or_another_is_found(raw, fault: str):
    statement, name, words = FAULTS[fault]
    undone = raw.transaction()
    await undone.start()
    try:
        await raw.execute(statement)
        found = await broken(raw)
    finally:
        await undone.rollback()
    assert found.keys() == {name}
    assert words in found[name]


async def test_every_type_of_account_has_the_floor_that_the_ledger_opens_it_with(raw):
    undone = raw.transaction()
    await undone.start()
    try:
        for kind in AccountType:
            await raw.execute(
                "INSERT INTO account (casino_id, player_id, type, currency, floor_minor) "
                "VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'CHF', $2)",
                kind, FLOORS.get(kind),
            )  # fmt: skip
        assert await broken(raw) == {}
        await raw.execute("UPDATE account SET floor_minor = CASE WHEN floor_minor IS NULL THEN 0 END")
        found = await raw.fetch(CHECKS[OF_TYPES])
        accounts = await raw.fetchval("SELECT count(*) FROM account")
    finally:
        await undone.rollback()
    assert len(found) == accounts


async def test_what_is_found_is_told_by_the_command(in_march):
    await in_march.sql("ALTER TABLE event DISABLE TRIGGER event_is_append_only")
    await in_march.sql(PASSED_OVER)
    findings = {one.name: one.broken for one in await verify(in_march.url) if not one.holds}
    assert findings == {
        TRIGGERS: (
            "part=event, name=event_is_append_only, what=is switched off",
            "part=pg_class, name=session_replication_role, what=triggers are passed over by whoever connects",
        )
    }


PASSED_OVER = """
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database());
    END $$"""
