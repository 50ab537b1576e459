"""What is known of instruments, and of the money that came from them, behind the application's ports."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store import CasinoScope
from contracts.payments.states import WithdrawalStatus as Status
from payments.application.closed_loop.ports import PaidIn
from payments.application.instruments.ports import KnownInstrument
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Kind, Ownership, Verification
from payments.domain.withdrawal.owed import CameIn, Exchanged, Moved, PaidOut, TakenBack
from payments.read_models import capture
from payments.read_models.deposit_list import CREDITED
from payments.read_models.deposit_list import table as deposits
from payments.read_models.instrument_list import table, use_table
from payments.read_models.withdrawal_list import table as withdrawals

_PAID = select(withdrawals.c.id).where(
    withdrawals.c.player_id == table.c.player_id,
    withdrawals.c.instrument_id == table.c.id,
    withdrawals.c.status == Status.PAID,
)
_PROVED = or_(table.c.deposits > 0, _PAID.exists())
"""That he only wanted to pay with it, or to be paid there, proves nothing."""

_COLUMNS = [_PROVED.label("proved") if one.name == "proved" else table.c[one.name] for one in fields(KnownInstrument)]


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
            table.c.fingerprint == fingerprint, table.c.casino_id != casino_id, seen, _PROVED
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

_MOVED = """
    WITH paid_in AS (
        SELECT d.id, d.currency, coalesce(u.instrument_id, d.id) AS place
        FROM rm_deposit_list AS d LEFT JOIN rm_instrument_use AS u ON u.payment_id = d.id AND u.direction = 'in'
        WHERE d.player_id = $1 AND d.status IN ('succeeded', 'partially_reversed', 'reversed')
    )
    SELECT 'in' AS what, e.recorded_at AS at, place, currency, (e.data ->> 'amount_minor')::bigint AS minor,
        NULL AS bought_currency, NULL::bigint AS bought_minor
    FROM paid_in JOIN event AS e ON e.stream_id = 'deposit-' || id AND e.type = 'payments.deposit_succeeded'
    UNION ALL
    SELECT 'taken', e.recorded_at, place, currency,
        coalesce((e.data ->> 'reversed_minor')::bigint, -(e.data ->> 'reinstated_minor')::bigint), NULL, NULL
    FROM paid_in JOIN event AS e ON e.stream_id = 'deposit-' || id
    WHERE e.type IN ('payments.deposit_reversed', 'payments.deposit_reinstated') AND e.data ->> 'refund_id' IS NULL
    UNION ALL
    SELECT 'taken', e.recorded_at, place, paid_in.currency, r.amount_minor, NULL, NULL
    FROM paid_in JOIN rm_refund_list AS r ON r.deposit_id = paid_in.id AND r.status <> 'failed'
    JOIN event AS e ON e.stream_id = 'refund-' || r.id AND e.type = 'payments.refund_ordered'
    UNION ALL
    SELECT 'out', coalesce(
            min(e.recorded_at) FILTER (WHERE e.type = 'payments.withdrawal_part_ordered'),
            max(e.recorded_at) FILTER (WHERE e.type = 'payments.payout_started'),
            min(e.recorded_at)
        ), w.instrument_id, w.currency, w.amount_minor - coalesce(w.returned_minor, 0),
        NULL, NULL
    FROM rm_withdrawal_list AS w JOIN event AS e ON e.stream_id = 'withdrawal-' || w.id
    WHERE w.player_id = $1 AND w.instrument_id IS NOT NULL AND w.paid_minor IS NULL
        AND (w.status IN ('sending', 'unknown', 'sent', 'paid', 'returned')
            OR w.status = 'approved' AND w.parent_id IS NOT NULL)
        AND e.type IN ('payments.withdrawal_part_ordered', 'payments.payout_started', 'payments.payout_sent',
            'payments.withdrawal_paid')
    GROUP BY w.id
    UNION ALL
    SELECT 'exchanged', coalesce(recorded_at, exchanged_at), NULL, sold_currency, sold_minor, bought_currency,
        bought_minor
    FROM ledger_exchange WHERE player_id = $1
    ORDER BY at"""
"""A refund counts from when it was ordered, a payout from when it was reckoned where it goes: a part from when it was
ordered, another one from when it was sent, the last time where it had been called back. A whole in parts, which has a
sum of what was paid, is no payout: its parts are.
"""


class LocalSources:
    """Implements `Sources`."""

    async def paid_in(self, connection: AsyncConnection, player_id: UUID) -> Sequence[PaidIn]:
        """See Sources."""
        of_it = (deposits.c.id, deposits.c.provider, deposits.c.created_at, deposits.c.currency)
        statement = (
            select(*of_it, _LEFT, use_table.c.instrument_id)
            .join(capture.table, capture.table.c.deposit_id == deposits.c.id)
            .outerjoin(use_table, and_(use_table.c.payment_id == deposits.c.id, use_table.c.direction == Direction.IN))
            .where(deposits.c.player_id == player_id, deposits.c.status.in_(CREDITED), _LEFT > 0)
            .order_by(deposits.c.created_at, deposits.c.id)
        )
        return [
            PaidIn(
                deposit_id=row[0],
                provider=row[1],
                paid_at=row[2],
                currency=row[3],
                left_minor=row[4],
                instrument_id=row[5],
            )
            for row in await connection.execute(statement)
        ]

    async def moved(self, connection: AsyncConnection, player_id: UUID) -> Sequence[Moved]:
        """See Sources."""
        raw = await driver(connection)
        return [_moved(row) for row in await raw.fetch(_MOVED, player_id)]


def _moved(row: Mapping[str, Any]) -> Moved:
    at, currency, minor = row["at"], row["currency"], row["minor"]
    match row["what"]:
        case "in":
            return CameIn(at=at, place=row["place"], currency=currency, minor=minor)
        case "taken":
            return TakenBack(at=at, place=row["place"], currency=currency, minor=minor)
        case "out":
            return PaidOut(at=at, place=row["place"], currency=currency, minor=minor)
    bought = {"bought_currency": row["bought_currency"], "bought_minor": row["bought_minor"]}
    return Exchanged(at=at, currency=currency, minor=minor, **bought)
