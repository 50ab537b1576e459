"""Stripe's itemized reports of balance transactions, CSV: of payouts, of the ending balance or of balance changes.

Columns: https://docs.stripe.com/reports/report-types/payout-reconciliation (amounts in major units), meanings:
https://docs.stripe.com/reports/reporting-categories. The report must be made with the metadata of payments, so that it
repeats our reference; without it the id of the payment intent tells which payment it is.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import Table, currency_of, moment, money, paid, word

REQUIRED: Final = ("balance_transaction_id", "currency", "gross", "fee", "net", "reporting_category")

CATEGORIES: Final = {
    "charge": Movement.DEPOSIT,
    "refund": Movement.REVERSAL,
    "partial_capture_reversal": Movement.REVERSAL,
    "dispute": Movement.REVERSAL,
    "refund_failure": Movement.REVERSAL_UNDONE,
    "dispute_reversal": Movement.REVERSAL_UNDONE,
    "transfer": Movement.PAYOUT,
    "transfer_reversal": Movement.PAYOUT_RETURNED,
    "fee": Movement.FEE,
    "network_cost": Movement.FEE,
    "tax": Movement.FEE,
    "payout": Movement.SETTLEMENT,
    "payout_reversal": Movement.SETTLEMENT,
}


class StripeBalance:
    """Implements `SettlementFormat`."""

    name = "stripe_balance"
    provider: str | None = "stripe"

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port. FileUnreadable as well when a line's net is not its gross less its fee."""
        table = Table(file, REQUIRED)
        transaction, category = table.cell("balance_transaction_id"), table.cell("reporting_category")
        currencies, gross, fee, net = (table.cell(name) for name in ("currency", "gross", "fee", "net"))
        created = table.cell("created_utc", "created")
        ours = table.cell("payment_metadata[order_id]", "order_id")
        intent, source = table.cell("payment_intent_id"), table.cell("source_id")
        payout, trace = table.cell("automatic_payout_id", "payout_id"), table.cell("trace_id")
        customers, in_currency = table.cell("customer_facing_amount"), table.cell("customer_facing_currency")
        for line, cells in table.records():
            currency = currency_of(currencies(cells), line)
            amounts = [money(one(cells), currency, line) for one in (gross, fee, net)]
            if amounts[0] - amounts[1] != amounts[2]:
                raise FileUnreadable("its net is not its gross less its fee", line)
            movement = CATEGORIES.get(category(cells), Movement.OTHER)
            is_fee = movement is Movement.FEE
            # Of a refund or a dispute it is the whole charge's, however much went back.
            of_it = customers(cells) if movement is Movement.DEPOSIT else ""
            told = paid(of_it, in_currency(cells), (amounts[0], currency), line)
            yield SettlementRow(
                line=line,
                movement=movement,
                our_reference=word(ours(cells)),
                provider_reference=word(intent(cells) or source(cells) or transaction(cells)),
                batch=word(payout(cells) or (source(cells) if movement is Movement.SETTLEMENT else "")),
                text=word(trace(cells)),
                amount_minor=0 if is_fee else amounts[0],
                fee_minor=-amounts[2] if is_fee else amounts[1],
                currency=currency,
                booked_at=moment(created(cells), line),
                final=True,
                code=category(cells)[:100],
                paid_minor=told[0],
                paid_currency=told[1],
            )
