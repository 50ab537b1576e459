"""What the role that serves may do with tables that another role owns.

Whoever owns a table can give himself every right to it, so a table that must not be rewritten belongs to a role that no
serving process logs in as. That role runs the migrations; the serving one may read and write rows, and make nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from chassis.db.engine import plain_url

_ONE_AT_A_TIME = 0x6772616E

_AHEAD = """
    SELECT format('ALTER DEFAULT PRIVILEGES GRANT %s TO %I', rights, $1::text) FROM (VALUES
        ('SELECT, INSERT, UPDATE, DELETE' || $2 || ' ON TABLES'), ('USAGE, SELECT ON SEQUENCES'), ('USAGE ON SCHEMAS')
    ) AS given(rights)"""

_SCHEMAS = """
    SELECT format(statement, nspname, $1::text) FROM pg_namespace, (VALUES
        ('GRANT USAGE ON SCHEMA %I TO %I'), ('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I')
    ) AS given(statement)
    WHERE nspowner = current_user::regrole OR nspname = 'public'"""

_TABLES = """
    WITH own AS (
        SELECT format('%I.%I', nspname, relname) AS name, relname = 'alembic_version' AS only_read,
               -- Of pg_trigger.tgtype: 16 is UPDATE, 8 is DELETE.
               coalesce(bit_or(tgtype) FILTER (WHERE proname = 'refuse_change'), 0) AS refused
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        LEFT JOIN pg_trigger ON tgrelid = pg_class.oid LEFT JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE relkind IN ('r', 'p', 'v', 'm') AND relowner = current_user::regrole
        GROUP BY nspname, relname
    ), given AS (
        SELECT name, CASE WHEN only_read THEN 'SELECT' ELSE 'SELECT, INSERT' || $2
            || CASE WHEN refused & 16 = 0 THEN ', UPDATE' ELSE '' END
            || CASE WHEN refused & 8 = 0 THEN ', DELETE' ELSE '' END END AS rights
        FROM own)
    SELECT statement FROM given, LATERAL (VALUES
        (1, format('REVOKE ALL ON %s FROM %I', name, $1::text)),
        (2, format('GRANT %s ON %s TO %I', rights, name, $1::text))) AS said(place, statement)
    ORDER BY name, place"""


async def give_ahead(url: str, role: str) -> None:
    """Let `role` use whatever the owner at `url` makes from now on: a new table, and one that is made anew."""
    async with _alone(url) as raw:
        await _say(raw, await raw.fetch(_AHEAD, role, _beside(raw)))


async def give(url: str, role: str) -> None:
    """Let `role` use every table of the owner at `url`, but change nothing that a trigger `refuse_change` keeps."""
    async with _alone(url) as raw:
        await _say(raw, await raw.fetch(_SCHEMAS, role))
        await _say(raw, await raw.fetch(_TABLES, role, _beside(raw)))


async def _say(raw: Any, rows: list[Any]) -> None:
    """Statements that PostgreSQL put together: in these a name cannot be a parameter."""
    for (statement,) in rows:
        await raw.execute(statement)


def _beside(raw: Any) -> str:
    """PostgreSQL 17 and later can give the right to ANALYZE."""
    return ", MAINTAIN" if raw.get_server_version().major >= 17 else ""


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[Any]:
    """A transaction that holds back others who give rights: PostgreSQL refuses two who change the same ones."""
    raw = await asyncpg.connect(plain_url(url), server_settings={"lock_timeout": "30s"})
    try:
        async with raw.transaction():
            await raw.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
            yield raw
    finally:
        await raw.close()
