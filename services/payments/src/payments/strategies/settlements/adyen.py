"""Adyen's Settlement details report, CSV: one settlement batch, closed by its payout.

Columns and record types: https://docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import BinaryIO, Final

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import MATCHED_BY_PAYMENT, Movement
from payments.strategies.settlements.reading import Table, currency_of, moment, money, paid, word

REQUIRED: Final = (
    "Psp Reference", "Merchant Reference", "Creation Date", "TimeZone", "Type", "Gross Currency", "Gross Debit (GC)",
    "Gross Credit (GC)", "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Batch Number",
)  # fmt: skip

TYPES: Final = {
    "Settled": Movement.DEPOSIT,
    "Refunded": Movement.REVERSAL,
    "Chargeback": Movement.REVERSAL,
    "SecondChargeback": Movement.REVERSAL,
    "ChargebackReversed": Movement.REVERSAL_UNDONE,
    "RefundedReversed": Movement.REVERSAL_UNDONE,
    "PaidOut": Movement.PAYOUT,
    "PaidOutReversed": Movement.PAYOUT_RETURNED,
    "Fee": Movement.FEE,
    "MiscCosts": Movement.FEE,
    "InvoiceDeduction": Movement.FEE,
    "MerchantPayout": Movement.SETTLEMENT,
}
"""Every other type (balance transfers, deposits kept as security) is for a person to look at."""

_HOURS: Final = {"UTC": 0, "GMT": 0, "BST": 1, "WET": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "EST": -5,
                 "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AEST": 10,
                 "AEDT": 11, "SGT": 8, "JST": 9, "BRT": -3}  # fmt: skip


class AdyenSettlement:
    """Implements `SettlementFormat`."""

    name = "adyen_settlement_details"
    provider: str | None = "adyen"

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port. Where it was settled in another currency than it was paid in, its fees are beside it."""
        table = Table(file, REQUIRED)
        psp, ours, kind, batch = (
            table.cell(name) for name in ("Psp Reference", "Merchant Reference", "Type", "Batch Number")
        )
        created, zone = table.cell("Creation Date"), table.cell("TimeZone")
        gross_currency, net_currency = table.cell("Gross Currency"), table.cell("Net Currency")
        gross_debit, gross_credit = table.cell("Gross Debit (GC)"), table.cell("Gross Credit (GC)")
        net_debit, net_credit = table.cell("Net Debit (NC)"), table.cell("Net Credit (NC)")
        modification = table.cell("Modification Reference")
        fees = [table.cell(f"{name} (NC)") for name in ("Commission", "Markup", "Scheme Fees", "Interchange")]
        for line, cells in table.records():
            currency = currency_of(net_currency(cells), line)
            net = money(net_credit(cells), currency, line) - money(net_debit(cells), currency, line)
            movement = TYPES.get(kind(cells), Movement.OTHER)
            gross = 0 if movement is Movement.FEE else net
            told: tuple[int | None, str | None] = None, None
            if movement in MATCHED_BY_PAYMENT:
                if gross_currency(cells).upper() == currency:
                    gross = money(gross_credit(cells), currency, line) - money(gross_debit(cells), currency, line)
                else:
                    gross = net + sum(money(fee(cells), currency, line) for fee in fees)
                    said = gross_credit(cells) or gross_debit(cells)
                    told = paid(said, gross_currency(cells), (gross, currency), line)
            yield SettlementRow(
                line=line,
                movement=movement,
                our_reference=word(ours(cells)),
                provider_reference=word(psp(cells)),
                batch=word(batch(cells)),
                text=word(modification(cells)),
                amount_minor=gross,
                fee_minor=gross - net,
                currency=currency,
                booked_at=_moment(created(cells), zone(cells), line),
                final=True,
                code=kind(cells)[:100],
                paid_minor=told[0],
                paid_currency=told[1],
            )


def _moment(text: str, zone: str, line: int) -> datetime:
    hours = _HOURS.get(zone.upper())
    if hours is None:
        raise FileUnreadable("a time zone that is not known here", line)
    return moment(text, line).replace(tzinfo=timezone(timedelta(hours=hours)))
