"""One database and two roles per service, made by a superuser. No role may connect to another's database.

The one owns what is in it and migrates it; the other serves, and may only read and write rows.
"""

from collections.abc import Mapping

import asyncpg

OWNER = "_owner"


async def create(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Make a role and a database of the same name for each entry, where missing, and set the role's password.

    Where there is one called `<name>_owner` as well, the database and all in it are its own.

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
        for name in passwords:
            if name.endswith(OWNER):
                continue
            owner = owner_of(name) if owner_of(name) in passwords else name
            if name not in databases:
                await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner)}")
            elif owner != name:
                await _hand_over(superuser_url, name, owner)
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted(name)} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted(name)} TO {quoted(name)}")
    finally:
        await connection.close()


async def _hand_over(superuser_url: str, name: str, owner: str) -> None:
    """What a role owned that both migrated and served belongs to its owner from now on."""
    connection = await asyncpg.connect(superuser_url, database=name)
    try:
        await connection.execute(f"REASSIGN OWNED BY {quoted(name)} TO {quoted(owner)}")
    finally:
        await connection.close()


def owner_of(name: str) -> str:
    """The role that owns a service's database.

    >>> owner_of("payments")
    'payments_owner'
    """
    return f"{name}{OWNER}"


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
