"""The schema as a deployment makes it: by its owner, for a role that may post and not rewrite."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

import payments.adapters.ledger.tables
import payments.adapters.tables
import payments.read_models.deposit_list
import payments.read_models.withdrawal_list  # noqa: F401 - tables are declared when their modules are imported
from chassis.db import migrations
from chassis.domain import uuid7
from chassis.store import Application, EventTypes
from payments.adapters.ledger.chain import LedgerChain
from payments.adapters.ledger.months import close_months, make_months, take_away
from payments.application.schema import metadata


@pytest.fixture
async def urls(postgres_server) -> AsyncIterator[tuple[str, str]]:
    """A database that no superuser migrated: as the role that serves, and as its owner."""
    name = f"payments_{uuid7().hex[-12:]}"
    admin = await asyncpg.connect(postgres_server.superuser_url)
    roles = (name, f"{name}_owner")
    for role in roles:
        await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'of-a-test'")
    await admin.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
    serving, owner = (postgres_server.url_for(name, user=role, password="of-a-test") for role in roles)
    await migrations.upgrade("payments", owner, serving=serving)
    yield serving, owner
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for role in roles:
        await admin.execute(f"DROP ROLE {role}")
    await admin.close()


REWRITING = ("UPDATE {} SET amount_minor = 1", "DELETE FROM {}", "TRUNCATE {}")
UNDOING = ("UPDATE event SET data = '{}'", "DELETE FROM event", "TRUNCATE event")


async def test_who_serves_posts_and_may_not_rewrite(urls: tuple[str, str], make_desk):
    async with make_desk(urls[0]) as desk:
        key = await desk.player(100)
        assert (await desk.one(desk.move("bet", key, "t1", 30)))[:2] == (0, 70)
        (month,) = await desk.sql("SELECT DISTINCT tableoid::regclass::text AS name FROM transfer")
        tables = ("transfer", month["name"])
        for statement in (*(one.format(table) for table in tables for one in REWRITING), *UNDOING):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await desk.sql(statement)
        await desk.holds()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE transfer DISABLE TRIGGER transfer_is_append_only",
        "DROP TRIGGER transfer_is_append_only ON transfer",
        "ALTER TABLE transfer DETACH PARTITION ledger_months.transfer_other",
        "DROP TABLE ledger_seal",
        "ALTER TABLE event DISABLE TRIGGER event_is_append_only",
        "UPDATE ledger_seal SET chain = ''",
        "DELETE FROM account",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE transfer_of_mine ()",
        "UPDATE alembic_version SET version_num = '0001'",
        "SELECT ledger_take_away('2026-01-01')",
    ],
)
async def test_who_serves_cannot_give_himself_the_right(urls: tuple[str, str], make_desk, statement: str):
    async with make_desk(urls[0]) as desk:
        await desk.player(100)
        await desk.sql("GRANT UPDATE, DELETE ON transfer TO CURRENT_USER")  # A warning: there is nothing to give.
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError)):
            await desk.sql(statement)
        await desk.holds()


async def test_an_owner_who_serves_is_told_of(urls: tuple[str, str], make_desk):
    async with make_desk(urls[1]) as desk:
        with pytest.raises(AssertionError, match=r"(?s)I13.*owned by whoever serves"):
            await desk.holds()


async def test_a_right_that_was_given_is_told_of_and_the_next_migration_takes_it(urls: tuple[str, str], make_desk):
    serving, owner = urls
    raw = await asyncpg.connect(owner)
    await raw.execute(f"GRANT UPDATE ON transfer TO {serving.split('//')[1].split(':')[0]}")
    await raw.close()
    async with make_desk(serving) as desk:
        with pytest.raises(AssertionError, match=r"(?s)I13.*right to update"):
            await desk.holds()
        await migrations.upgrade("payments", owner, serving=serving)
        await desk.holds()


async def test_months_are_made_and_closed_by_who_serves_and_may_not_be_rewritten_after(
    urls: tuple[str, str], make_desk
):
    async with make_desk(urls[0]) as desk:
        desk.clock.advance(timedelta(days=4_000))
        await desk.player(100)
        await make_months(desk.db, desk.clock.now())
        assert await desk.count("ledger_months.transfer_other") == 0
        assert await desk.count() == 1
        (month,) = await desk.sql("SELECT DISTINCT tableoid::regclass::text AS name FROM transfer")
        for statement in REWRITING:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await desk.sql(statement.format(month["name"]))
        await desk.holds()


async def test_a_month_is_taken_away_by_the_owner(urls: tuple[str, str], make_desk):
    serving, owner = urls
    async with make_desk(serving) as desk:
        await make_months(desk.db, desk.clock.now())
        await desk.player(100)
        month = desk.clock.now().date().replace(day=1)
        desk.clock.advance(timedelta(days=100))
        await close_months(desk.db, desk.clock.now())
        await LedgerChain(Application(desk.db, EventTypes(), source="payments", clock=desk.clock), b"k" * 32).catch_up()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await take_away(serving, month)
        assert await take_away(owner, month) == 1
        await desk.holds()


async def test_what_the_owner_makes_anew_is_used_by_who_serves(urls: tuple[str, str], make_desk):
    serving, owner = urls
    raw = await asyncpg.connect(owner)
    await raw.execute("CREATE TABLE again (LIKE rm_withdrawal_list INCLUDING ALL)")
    await raw.execute("DROP TABLE rm_withdrawal_list")
    await raw.execute("ALTER TABLE again RENAME TO rm_withdrawal_list")
    await raw.close()
    async with make_desk(serving) as desk:
        await desk.sql("INSERT INTO rm_withdrawal_list SELECT * FROM rm_withdrawal_list")
        await desk.sql("UPDATE rm_withdrawal_list SET amount_minor = 1")
        await desk.sql("DELETE FROM rm_withdrawal_list")
        await desk.sql("ANALYZE settlement_item")


async def test_the_tables_in_code_are_those_of_the_migrations(ledger_url: str):
    assert await migrations.drift(ledger_url, metadata) == []


HELD_UP = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
MOVEMENT = """
    INSERT INTO settlement_expectation (id, casino_id, provider, currency, movement, amount_minor, booked_at, due_at,
                                        reference_id, state)
    SELECT gen_random_uuid(), gen_random_uuid(), 'stripe', 'EUR', 'deposit', 1_00,
           now(), now(), gen_random_uuid(), 'open'
    """
BROKEN = "CREATE UNIQUE INDEX CONCURRENTLY ix_settlement_expectation_oldest ON settlement_expectation (amount_minor)"
INDEX = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_settlement_expectation_oldest'::regclass"


async def test_while_indexes_are_built_money_moves_and_what_broke_off_is_built_anew(postgres_server):
    name = f"payments_{uuid7().hex[-12:]}"
    admin = await asyncpg.connect(postgres_server.superuser_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = postgres_server.url_for(name)
    await migrations.upgrade("payments", url, revision="0081")
    one, other = await asyncpg.connect(url), await asyncpg.connect(url)
    await one.execute(MOVEMENT)
    await other.execute(MOVEMENT)
    with pytest.raises(asyncpg.UniqueViolationError):
        await other.execute(BROKEN)
    assert not await other.fetchval(INDEX)
    payment = one.transaction()
    await payment.start()
    await one.execute(MOVEMENT)
    upgrading = asyncio.create_task(migrations.upgrade("payments", url, revision="0082"))
    while not upgrading.done() and not await other.fetchval(HELD_UP):
        await asyncio.wait([upgrading], timeout=0.01)
    assert not upgrading.done()
    await other.execute(MOVEMENT)
    await payment.commit()
    await upgrading
    assert await other.fetchval(INDEX)
    await one.close()
    await other.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()
