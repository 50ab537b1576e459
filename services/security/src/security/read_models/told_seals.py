"""The seals that ledgers told of themselves, out of the audit log."""

from sqlalchemy import select

from chassis.db import Database
from contracts.payments.ledger_events import LedgerSealed
from contracts.seals import Seal, ToldSeal
from security.read_models.audit_log import table as entries


async def told_seals(db: Database) -> list[ToldSeal]:
    """All of them, each once, by ledger and number. A number has several where it was told with several values."""
    after = entries.c.after
    statement = select(after["ledger"].astext, after["number"].as_integer(), after["chain"].astext).where(
        entries.c.type == LedgerSealed.type
    )
    async with db.read() as connection:
        rows = (await connection.execute(statement)).all()
    return sorted({ToldSeal(ledger, Seal(number, bytes.fromhex(chain))) for ledger, number, chain in rows})
