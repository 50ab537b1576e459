"""What is known of instruments, behind the application's port."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import CasinoScope
from payments.application.instruments.ports import KnownInstrument
from payments.domain.instrument.words import Kind, Ownership, Verification
from payments.read_models.instrument_list import table, use_table

_COLUMNS = [table.c[one.name] for one in fields(KnownInstrument)]


class LocalInstruments:
    """Implements `Instruments`."""

    async def find(self, connection: AsyncConnection, instrument_id: UUID) -> KnownInstrument | None:
        """See Instruments."""
        row = (await connection.execute(select(*_COLUMNS).where(table.c.id == instrument_id))).mappings().one_or_none()
        return None if row is None else _known(row)

    async def of_payment(self, connection: AsyncConnection, payment_id: UUID) -> KnownInstrument | None:
        """See Instruments."""
        statement = (
            select(*_COLUMNS)
            .join(use_table, use_table.c.instrument_id == table.c.id)
            .where(use_table.c.payment_id == payment_id)
        )
        row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _known(row)

    async def lock(self, connection: AsyncConnection, fingerprint: str) -> None:
        """See Instruments."""
        await connection.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"instrument/{fingerprint}", 0)))
        )

    async def sharers(
        self, connection: AsyncConnection, casino_id: UUID, fingerprint: str
    ) -> Sequence[KnownInstrument]:
        """See Instruments."""
        statement = (
            select(*_COLUMNS)
            .where(table.c.fingerprint == fingerprint, table.c.casino_id == casino_id)
            .order_by(table.c.first_seen_at, table.c.id)
        )
        return [_known(row) for row in (await connection.execute(statement)).mappings()]

    async def players_elsewhere(
        self, connection: AsyncConnection, casino_id: UUID, fingerprint: str, among: CasinoScope
    ) -> int:
        """See Instruments."""
        seen = table.c.casino_id.not_in(among.but) if among.ids is None else table.c.casino_id.in_(among.ids)
        statement = select(func.count(table.c.player_id.distinct())).where(
            table.c.fingerprint == fingerprint, table.c.casino_id != casino_id, seen
        )
        return int((await connection.execute(statement)).scalar_one())


def _known(row: RowMapping) -> KnownInstrument:
    words = {
        "kind": Kind(row["kind"]),
        "ownership": Ownership(row["ownership"]),
        "verification": Verification(row["verification"]),
    }
    return KnownInstrument(**{**row, **words})
