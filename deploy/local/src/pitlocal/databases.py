"""One database and one role per service, made by a superuser. No role may connect to another's database."""

from collections.abc import Mapping

import asyncpg


async def create(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Make a role and a database of the same name for each entry, where missing, and set the role's password.

    Args:
        superuser_url: who may create roles and databases.
        passwords: role and database name -> password.
    """
    connection = await asyncpg.connect(superuser_url)
    try:
        roles = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        databases = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name, password in passwords.items():
            verb = "ALTER" if name in roles else "CREATE"
            await connection.execute(f"{verb} ROLE {quoted(name)} LOGIN PASSWORD {literal(password)}")
            if name not in databases:
                await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {quoted(name)}")
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted(name)} FROM PUBLIC")
    finally:
        await connection.close()


def quoted(name: str) -> str:
    """An SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string; statements that create roles take no parameters.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
