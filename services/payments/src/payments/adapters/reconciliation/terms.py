"""What is agreed with providers about settlements, in PostgreSQL."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.reconciliation.tables import settlement_terms
from payments.domain.reconciliation.terms import BANK, SettlementTerms

_COLUMNS: Final = [settlement_terms.c[field.name] for field in fields(SettlementTerms)]
_KEY: Final = ("casino_id", "provider", "currency")
_TAKE_TURNS: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_PREFUNDED: Final = """
    SELECT prefunded FROM settlement_terms WHERE casino_id = $1 AND provider = $2 AND currency = $3"""
_FREE: Final = """
    SELECT (coalesce((
               SELECT -sum(account.balance_minor + coalesce(waiting.delta_minor, 0))
               FROM account LEFT JOIN LATERAL (
                   SELECT sum(delta_minor) AS delta_minor FROM account_delta WHERE account_id = account.id
               ) AS waiting ON true
               WHERE account.casino_id = $1 AND account.provider = $2 AND account.currency = $3
                 AND account.type = 'psp_clearing'), 0)
           - coalesce((
               SELECT sum(CASE WHEN state_then IS NULL THEN arrives_minor
                               ELSE greatest(arrives_minor + greatest(fee_minor + rounding_minor, 0), 0) END)
               FROM settlement_batch
               WHERE casino_id = $1 AND provider = $2 AND currency = $3 AND state IN ('open', 'mismatched')), 0)
           - payouts_under_way($1, $2, $3))::bigint"""
"""What the provider holds, less what it pays to our bank, less the payouts it has been asked for.
A batch whose fees wait for people takes them as well, and brings nothing."""
_ROOM: Final = """
    SELECT terms.provider, (terms.holds_max_minor + coalesce(account.balance_minor, 0))::bigint AS room_minor
    FROM settlement_terms AS terms LEFT JOIN account
        ON account.casino_id = $1 AND account.currency = $2 AND account.type = 'psp_clearing'
       AND account.provider = terms.provider AND account.player_id IS NULL
    WHERE terms.casino_id = $1 AND terms.currency = $2 AND terms.holds_max_minor IS NOT NULL"""
"""Without what waits for the roll-up: adding it up would read what every bet of the last seconds left there."""


class SqlTerms:
    """Implements `Terms`."""

    async def terms(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str
    ) -> SettlementTerms:
        """See the port."""
        t = settlement_terms.c
        which = (t.casino_id == casino_id) & (t.provider == provider) & (t.currency == currency)
        row = (await connection.execute(select(*_COLUMNS).where(which))).one_or_none()
        if row is None:
            return SettlementTerms()
        return SettlementTerms(**{**row._asdict(), "accounts": tuple(row.accounts)})

    async def set_terms(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        currency: str,
        terms: SettlementTerms,
        now: datetime,
    ) -> None:
        """See the port."""
        values = {**asdict(terms), "updated_at": now}
        statement = insert(settlement_terms).values(casino_id=casino_id, provider=provider, currency=currency, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=values))

    async def bank_accounts(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, AbstractSet[str]]:
        """See the port."""
        t = settlement_terms.c
        which = (t.casino_id == casino_id) & (t.provider == BANK)
        rows = await connection.execute(select(t.currency, t.accounts).where(which))
        return {row.currency: frozenset(row.accounts) for row in rows if row.accounts}

    async def prefunded_minor(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str
    ) -> int | None:
        """See the port."""
        raw = await driver(connection)
        if not await raw.fetchval(_PREFUNDED, casino_id, provider, currency):
            return None
        await raw.execute(_TAKE_TURNS, f"float {casino_id} {provider} {currency}")
        return int(await raw.fetchval(_FREE, casino_id, provider, currency))

    async def room_minor(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> Mapping[str, int]:
        """See the port."""
        raw = await driver(connection)
        return {row["provider"]: row["room_minor"] for row in await raw.fetch(_ROOM, casino_id, currency)}
