"""`python -m tools.migrations`: each service's migrations make exactly the tables its code declares.

Every service is migrated from nothing to its newest revision on a PostgreSQL started for this (or the one of
DATABASE_URL), and `alembic check` compares the outcome with the tables in code. A second head, which two branches that
were merged leave behind, is found as well.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from pitlocal import postgres
from sqlalchemy.exc import SQLAlchemyError

from contracts.event import SERVICES
from tools.repository import ROOT


def complaints(service: str, server: postgres.Server, root: Path = ROOT) -> list[str]:
    """What is wrong with the migrations of `service`."""
    folder = root / "services" / service / "migrations"
    if not (folder / "env.py").exists():
        return [f"{service}: there is no migrations/env.py"]
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        return [f"{service}: {len(heads)} newest revisions ({', '.join(heads) or 'none'}) where there must be one"]
    name = f"check_{service}_{uuid4().hex[:8]}"
    config.attributes["url"] = server.url_for(name)
    asyncio.run(_administer(server, f'CREATE DATABASE "{name}"'))
    try:
        command.upgrade(config, "head")
        command.check(config)
    except (CommandError, SQLAlchemyError) as error:
        return [f"{service}: {error}"]
    finally:
        asyncio.run(_administer(server, f'DROP DATABASE "{name}" WITH (FORCE)'))
    return []


async def _administer(server: postgres.Server, statement: str) -> None:
    connection = await asyncpg.connect(server.superuser_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def main() -> int:
    """1 when the migrations of a service and its tables disagree."""
    with tempfile.TemporaryDirectory(prefix="pitboss-check-", ignore_cleanup_errors=True) as folder:
        server = postgres.start(Path(folder), settings={"fsync": "off"})
        try:
            found = [one for service in SERVICES for one in complaints(service, server)]
        finally:
            server.stop()
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
