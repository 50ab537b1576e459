"""What is known of instruments, and of the money that came from them, behind the application's ports."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import CasinoScope
from contracts.payments.states import WithdrawalStatus as Status
from payments.application.closed_loop.ports import PaidIn
from payments.application.instruments.ports import KnownInstrument
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Kind, Ownership, Verification
from payments.read_models import capture
from payments.read_models.deposit_list import CREDITED
from payments.read_models.deposit_list import table as deposits
from payments.read_models.instrument_list import table, use_table
from payments.read_models.withdrawal_list import table as withdrawals

_COLUMNS = [table.c[one.name] for one in fields(KnownInstrument)]


class LocalInstruments:
    """Implements `Instruments`."""

    async def find(self, connection: AsyncConnection, instrument_id: UUID) -> KnownInstrument | None:
        """See Instruments."""
        row = (await connection.execute(select(*_COLUMNS).where(table.c.id == instrument_id))).mappings().one_or_none()
        return None if row is None else _known(row)

    async def of_payment(
        self, connection: AsyncConnection, payment_id: UUID, direction: Direction
    ) -> KnownInstrument | None:
        """See Instruments."""
        statement = (
            select(*_COLUMNS)
            .join(use_table, use_table.c.instrument_id == table.c.id)
            .where(use_table.c.payment_id == payment_id, use_table.c.direction == direction)
        )
        row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _known(row)

    async def ids_of_player(self, connection: AsyncConnection, player_id: UUID) -> Sequence[UUID]:
        """See Instruments."""
        return list((await connection.execute(select(table.c.id).where(table.c.player_id == player_id))).scalars())

    async def last_use(self, connection: AsyncConnection, instrument_id: UUID) -> tuple[UUID, Direction] | None:
        """See Instruments."""
        statement = (
            select(use_table.c.payment_id, use_table.c.direction)
            .where(use_table.c.instrument_id == instrument_id)
            .order_by(use_table.c.used_at.desc())
            .limit(1)
        )
        row = (await connection.execute(statement)).one_or_none()
        return None if row is None else (row.payment_id, Direction(row.direction))

    async def of_player(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, most: int
    ) -> Sequence[KnownInstrument]:
        """See Instruments."""
        statement = (
            select(*_COLUMNS)
            .where(table.c.player_id == player_id, table.c.casino_id == casino_id)
            .order_by(table.c.last_used_at.desc().nulls_last(), table.c.id)
            .limit(most)
        )
        return [_known(row) for row in (await connection.execute(statement)).mappings()]

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


_LEFT = capture.table.c.captured_minor - capture.table.c.taken_minor - capture.table.c.ordered_minor
_ORDERED = (Status.SENDING, Status.UNKNOWN, Status.SENT, Status.PAID, Status.RETURNED)
"""Statuses of orders that left, or may have. A whole in parts, which has a sum of what was paid, is none: its parts
are.
"""


class LocalSources:
    """Implements `Sources`."""

    async def paid_in(self, connection: AsyncConnection, player_id: UUID, currency: str) -> Sequence[PaidIn]:
        """See Sources."""
        statement = (
            select(deposits.c.id, deposits.c.provider, deposits.c.created_at, _LEFT, use_table.c.instrument_id)
            .join(capture.table, capture.table.c.deposit_id == deposits.c.id)
            .outerjoin(use_table, and_(use_table.c.payment_id == deposits.c.id, use_table.c.direction == Direction.IN))
            .where(
                deposits.c.player_id == player_id,
                deposits.c.currency == currency,
                deposits.c.status.in_(CREDITED),
                _LEFT > 0,
            )
            .order_by(deposits.c.created_at, deposits.c.id)
        )
        return [
            PaidIn(deposit_id=row[0], provider=row[1], paid_at=row[2], left_minor=row[3], instrument_id=row[4])
            for row in await connection.execute(statement)
        ]

    async def paid_out(self, connection: AsyncConnection, player_id: UUID, currency: str) -> dict[UUID, int]:
        """See Sources."""
        ordered = and_(withdrawals.c.status == Status.APPROVED, withdrawals.c.parent_id.is_not(None))
        left = withdrawals.c.amount_minor - func.coalesce(withdrawals.c.returned_minor, 0)
        statement = (
            select(withdrawals.c.instrument_id, func.sum(left))
            .where(
                withdrawals.c.player_id == player_id,
                withdrawals.c.currency == currency,
                withdrawals.c.instrument_id.is_not(None),
                withdrawals.c.paid_minor.is_(None),
                or_(withdrawals.c.status.in_(_ORDERED), ordered),
            )
            .group_by(withdrawals.c.instrument_id)
        )
        return {row[0]: int(row[1]) for row in await connection.execute(statement)}
