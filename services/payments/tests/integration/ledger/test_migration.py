"""The schema as a deployment makes it: by the service's own role, which may post and not rewrite."""

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
from payments.adapters.ledger.months import make_months
from payments.application.schema import metadata


@pytest.fixture
async def role_url(postgres_server) -> AsyncIterator[str]:
    """A database that belongs to a role without any special right, migrated by it."""
    name = f"payments_{uuid7().hex[-12:]}"
    admin = await asyncpg.connect(postgres_server.superuser_url)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'of-a-test'")
    await admin.execute(f"CREATE DATABASE {name} OWNER {name}")
    own = postgres_server.url_for(name)
    credentials = own.split("://")[1].split("@")[0]
    url = own.replace(credentials, f"{name}:of-a-test")
    await migrations.upgrade("payments", url)
    yield url
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.execute(f"DROP ROLE {name}")
    await admin.close()


async def test_the_services_own_role_posts_and_may_not_rewrite(role_url: str, make_desk):
    async with make_desk(role_url) as desk:
        key = await desk.player(100)
        assert (await desk.one(desk.move("bet", key, "t1", 30)))[:2] == (0, 70)
        for statement in ("UPDATE transfer SET amount_minor = 1", "DELETE FROM transfer", "TRUNCATE transfer"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await desk.sql(statement)
        await desk.holds()
        await desk.sql("GRANT UPDATE ON transfer TO CURRENT_USER")
        with pytest.raises(AssertionError, match="I13"):
            await desk.holds()


async def test_the_services_own_role_moves_what_belonged_to_no_month_and_may_not_rewrite_after(
    role_url: str, make_desk
):
    async with make_desk(role_url) as desk:
        desk.clock.advance(timedelta(days=4_000))
        await desk.player(100)
        await make_months(desk.db, desk.clock.now())
        assert await desk.count("ledger_months.transfer_other") == 0
        assert await desk.count() == 1
        await desk.holds()


async def test_the_tables_in_code_are_those_of_the_migrations(ledger_url: str):
    assert await migrations.drift(ledger_url, metadata) == []
