"""I6 and I11: what went back is within what came, and what stands at providers is what they settle.

Both are sums by payment, batch or instrument, computed anew from entries and held against what is kept beside them.
Where months were taken away, I6 looks at deposits whose own entry is still there, for whatever became of one came after
it, and I11 at what was moved, or brought, since.
"""

# ruff: noqa: S608 - the queries are put together from parts that are written here

from typing import Final

SINCE: Final = """since AS (
    SELECT coalesce(max(month + interval '1 month') AT TIME ZONE 'UTC', '-infinity'::timestamptz) AS at
    FROM ledger_away_now)"""
"""From when on all entries are there: the oldest months are taken away first."""

CHECKS: Final[dict[str, str]] = {
    "I6 no deposit gave back more than it brought, beyond what people were told of": """
        WITH moved AS (
            SELECT reference_id AS deposit_id,
                   sum(amount_minor) FILTER (WHERE kind = 'deposit') AS brought,
                   coalesce(sum(amount_minor) FILTER (WHERE kind IN ('deposit_reversal', 'chargeback')), 0) AS taken,
                   coalesce(sum(amount_minor) FILTER (WHERE kind = 'deposit_reinstated'), 0) AS given_again
            FROM transfer
            WHERE kind IN ('deposit', 'deposit_reversal', 'chargeback', 'deposit_reinstated')
              AND reference_id IS NOT NULL
            GROUP BY 1
        ), refunded AS (
            SELECT refund.deposit_id, sum(transfer.amount_minor) AS minor
            FROM transfer JOIN rm_refund_list AS refund ON refund.id = reference_id
            WHERE transfer.kind = 'refund_paid' GROUP BY 1
        ), summed AS (
            SELECT deposit_id, coalesce(brought, 0) AS brought, coalesce(taken, 0) AS taken,
                   coalesce(minor, 0) AS refunded, coalesce(given_again, 0) AS given_again,
                   coalesce(taken, 0) + coalesce(minor, 0) - coalesce(given_again, 0) - coalesce(brought, 0) AS excess,
                   EXISTS (SELECT FROM provider_notification AS told
                           WHERE told.notification_id = 'refunded_and_taken_back:' || deposit_id
                             AND told.code = 'refunded_and_taken_back') AS known
            FROM moved FULL JOIN refunded USING (deposit_id)
            WHERE brought IS NOT NULL OR NOT EXISTS (SELECT FROM ledger_away_now)
        )
        SELECT deposit_id, brought, taken, refunded, given_again, excess,
               known AND excess BETWEEN 1 AND least(taken, refunded) AS known
        FROM summed
        WHERE excess > 0
           OR given_again > taken + refunded
              AND EXISTS (SELECT FROM rm_capture WHERE rm_capture.deposit_id = summed.deposit_id)""",
    "I6 what went back to an instrument is within what came from it": """
        WITH part AS (
            SELECT (said ->> 'part_id')::uuid AS id, (said ->> 'instrument_id')::uuid AS instrument_id
            FROM event, jsonb_array_elements(data -> 'parts') AS said
            WHERE type = 'payments.withdrawal_split' AND said ->> 'way' = 'payout' AND said ->> 'why' = 'deposited'
              AND said ->> 'deposit_id' IS NOT NULL AND said ->> 'instrument_id' IS NOT NULL
        ), went AS (
            SELECT part.instrument_id, currency, sum(amount_minor - coalesce(returned_minor, 0)) AS minor
            FROM part JOIN rm_withdrawal_list AS order_ USING (id)
            WHERE status IN ('paid', 'returned') GROUP BY 1, 2
        ), came AS (
            SELECT instrument_id, currency, sum(captured_minor) AS minor
            FROM rm_instrument_use JOIN rm_capture ON deposit_id = payment_id AND direction = 'in'
            JOIN rm_deposit_list AS deposit ON deposit.id = payment_id
            WHERE instrument_id IN (SELECT instrument_id FROM went) GROUP BY 1, 2
        )
        SELECT instrument_id, currency, went.minor AS went, coalesce(came.minor, 0) AS came
        FROM went LEFT JOIN came USING (instrument_id, currency) WHERE went.minor > coalesce(came.minor, 0)""",
    "I11 what moved at a provider is expected of it": f"""
        WITH {SINCE}, moved AS (
            SELECT transfer.casino_id, transfer.provider, transfer.currency,
                   coalesce(named.reference_id,
                            CASE WHEN kind IN ('withdrawal_paid', 'withdrawal_returned') THEN group_id END,
                            transfer.reference_id, transfer.id) AS about,
                   sum(CASE debit_type WHEN 'psp_clearing' THEN transfer.amount_minor ELSE -transfer.amount_minor END)
                       AS minor
            FROM since, transfer LEFT JOIN settlement_expectation AS named ON named.id = transfer.id
            WHERE 'psp_clearing' IN (debit_type, credit_type) AND transfer.provider IS NOT NULL
              AND posted_at >= since.at
              AND kind NOT IN ('psp_fee', 'settlement', 'settlement_exchange', 'reconciliation')
            GROUP BY 1, 2, 3, 4
        ), expected AS (
            SELECT casino_id, provider, currency, coalesce(reference_id, id) AS about, sum(amount_minor) AS minor
            FROM settlement_expectation, since WHERE booked_at >= since.at GROUP BY 1, 2, 3, 4
        )
        SELECT casino_id, provider, currency, about, moved.minor AS moved, expected.minor AS expected
        FROM moved FULL JOIN expected USING (casino_id, provider, currency, about)
        WHERE coalesce(moved.minor, 0) <> coalesce(expected.minor, 0)""",
    "I11 what a file explains is what moved": """
        WITH ended AS (
            SELECT item.expectation_id, sum(movement.amount_minor) AS minor
            FROM settlement_expectation AS movement LEFT JOIN settlement_item AS item ON item.id = movement.item_id
            WHERE movement.state = 'matched' AND coalesce(item.difference, 'fee') = 'fee'
              AND coalesce(item.currency, movement.currency) = movement.currency
            GROUP BY 1
        ), told AS (
            SELECT expectation_id, sum(item.amount_minor - coalesce(
                       item.off_minor, CASE WHEN item.difference IS NULL THEN item.difference_minor END, 0)) AS minor
            FROM settlement_item AS item
            WHERE state IN ('matched', 'mismatched', 'ignored') AND coalesce(difference, 'fee') = 'fee'
              AND expectation_id IS NOT NULL
            GROUP BY 1
        )
        SELECT expectation_id, ended.minor AS moved, told.minor AS told
        FROM ended LEFT JOIN told USING (expectation_id) WHERE ended.minor IS DISTINCT FROM told.minor""",
}
"""Each query finds what breaks its invariant; a row that is `known` is told and breaks nothing.

A provider may have sent a refund of ours when a bank takes the whole deposit: then more goes than came, the player owes
it, and a person hears of it in the same transaction (`refunded_and_taken_back`). Such an excess is known as long as it
is no more than either of the two: each alone is within what the deposit brought. To an instrument goes more than came
from it where the casino returns nothing to its source, or the rest is winnings: only parts that returned to their
source are looked at.

What an entry at a provider is about its own expectation says: a refund is expected by its deposit.

I11 in whole: the balance of a clearing account is what its entries add up to (I2). Those are movements, of which each
is expected; fees and arrivals, which are those of batches, and what two people booked away (`settled`); and exchanges
at the rate of a settlement (I9). What a file explained is what moved, so that what is open is what nobody explained.
"""
