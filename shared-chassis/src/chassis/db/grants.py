"""What the role that serves may do with tables that another role owns.

Whoever owns a table can give himself every right to it, so a table that must not be rewritten belongs to a role that no
serving process logs in as. That role runs the migrations; the serving one may read and write rows, and make nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from chassis.db.engine import plain_url
from chassis.db.names import quoted

_ONE_AT_A_TIME = 0x6772616E

_MAINTAINABLE = 17
"""From this version of PostgreSQL on, the right to ANALYZE can be given."""

_TABLES = """
    SELECT format('%I.%I', nspname, relname) AS name, relname = 'alembic_version' AS only_read,
           coalesce(bit_or(tgtype) FILTER (WHERE proname = 'refuse_change'), 0) AS refused
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN pg_trigger ON tgrelid = pg_class.oid LEFT JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE relkind IN ('r', 'p', 'v', 'm') AND relowner = current_user::regrole
      AND nspname <> 'information_schema' AND nspname !~ '^pg_'
    GROUP BY nspname, relname ORDER BY 1"""

_DELETE, _UPDATE = 1 << 3, 1 << 4
"""Bits of pg_trigger.tgtype."""

_SCHEMAS = """
    SELECT nspname FROM pg_namespace
    WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND nspowner = current_user::regrole"""


async def give_ahead(url: str, role: str) -> None:
    """Let `role` use whatever the owner at `url` makes from now on: a new table, and one that is made anew."""
    async with _alone(url) as raw:
        tables = ", ".join(["SELECT", "INSERT", "UPDATE", "DELETE", *_beside(raw)])
        for rights in (f"{tables} ON TABLES", "USAGE, SELECT ON SEQUENCES", "USAGE ON SCHEMAS"):
            await raw.execute(f"ALTER DEFAULT PRIVILEGES GRANT {rights} TO {quoted(role)}")


async def give(url: str, role: str) -> None:
    """Let `role` use every table of the owner at `url`, but change nothing that a trigger `refuse_change` keeps."""
    async with _alone(url) as raw:
        for row in await raw.fetch(_SCHEMAS):
            schema = quoted(row["nspname"])
            await raw.execute(f"GRANT USAGE ON SCHEMA {schema} TO {quoted(role)}")
            await raw.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted(role)}")
        for row in await raw.fetch(_TABLES):
            await raw.execute(f"REVOKE ALL ON {row['name']} FROM {quoted(role)}")
            await raw.execute(f"GRANT {', '.join(_rights(raw, row))} ON {row['name']} TO {quoted(role)}")


def _rights(raw: Any, row: Any) -> list[str]:
    if row["only_read"]:
        return ["SELECT"]
    kept = {"UPDATE": _UPDATE, "DELETE": _DELETE}
    return ["SELECT", "INSERT", *_beside(raw), *(right for right, bit in kept.items() if not row["refused"] & bit)]


def _beside(raw: Any) -> list[str]:
    return ["MAINTAIN"] if raw.get_server_version().major >= _MAINTAINABLE else []


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
