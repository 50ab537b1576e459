"""Keeps what is expected of providers, in the transaction that posts it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from payments.domain.ledger.transfers import Entry
from payments.domain.reconciliation.expected import expected_of

DUE_DAYS: Final = 3
"""Where nothing else is agreed with the provider."""

_EXPECT = """
    INSERT INTO settlement_expectation (
        id, casino_id, provider, movement, reference_id, provider_reference, amount_minor, currency, booked_at, due_at,
        state)
    SELECT new.id, new.casino_id, new.provider, new.movement, coalesce(refund.deposit_id, new.reference_id),
           coalesce(deposit.reference, withdrawal.reference), new.amount_minor, new.currency, $8::timestamptz,
           $8::timestamptz + make_interval(days => coalesce(terms.due_days, $9::int)), 'open'
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[])
         AS new(id, casino_id, provider, movement, reference_id, amount_minor, currency)
    LEFT JOIN settlement_terms AS terms USING (casino_id, provider, currency)
    LEFT JOIN rm_refund_list AS refund ON refund.id = new.reference_id
    LEFT JOIN rm_deposit_list AS deposit ON deposit.id = coalesce(refund.deposit_id, new.reference_id)
    LEFT JOIN rm_withdrawal_list AS withdrawal ON withdrawal.id = new.reference_id
    ON CONFLICT (id) DO NOTHING"""


async def expect(raw: Any, entries: Sequence[Entry], now: datetime) -> None:
    """Keep what providers must tell of because of these entries. Most concern no provider, and cost nothing here.

    A refund of ours is told of by the deposit it takes back, in every provider's file; so it is expected by that.
    """
    expected = expected_of(entries)
    if expected:
        columns = [list(column) for column in zip(*expected, strict=True)]
        await raw.execute(_EXPECT, *columns, now, DUE_DAYS)
