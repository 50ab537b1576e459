"""Trustly's settlement report, CSV (ViewAutomaticSettlementDetailsCSV): one settlement, named on the bank's statement.

Columns and order types: https://eu.developers.trustly.com/doc/reference/viewautomaticsettlementdetailscsv. Fees are
lines of their own. `messageid` is our reference; that of a refund ends with it.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from payments.domain.reconciliation.rows import SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import Table, currency_of, moment, money, paid, word

REQUIRED: Final = (
    "datestamp", "accountname", "currency", "amount", "total", "orderid", "ordertype", "messageid",
    "settlementbankwithdrawalid",
)  # fmt: skip

_IN: Final = {
    "Deposit": Movement.DEPOSIT,
    "Charge": Movement.DEPOSIT,
    "Refund": Movement.REVERSAL_UNDONE,
    "AccountPayout": Movement.PAYOUT_RETURNED,
}
_OUT: Final = {
    "Deposit": Movement.REVERSAL,
    "Charge": Movement.REVERSAL,
    "Refund": Movement.REVERSAL,
    "AccountPayout": Movement.PAYOUT,
}
"""What an order type means when the line adds money, and when it takes it."""


class TrustlySettlement:
    """Implements `SettlementFormat`."""

    name = "trustly_settlement"
    provider: str | None = "trustly"

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port."""
        table = Table(file, REQUIRED)
        stamp, order, kind, message, batch = (
            table.cell(name)
            for name in ("datestamp", "orderid", "ordertype", "messageid", "settlementbankwithdrawalid")
        )
        currencies, amounts = table.cell("currency"), table.cell("amount")
        fx_amount, fx_currency = table.cell("fxpaymentamount"), table.cell("fxpaymentcurrency")
        for line, cells in table.records():
            currency = currency_of(currencies(cells), line)
            amount, what = money(amounts(cells), currency, line), kind(cells)
            movement = (
                Movement.FEE if what.endswith("Fee") else (_IN if amount >= 0 else _OUT).get(what, Movement.OTHER)
            )
            is_fee = movement is Movement.FEE
            told = paid(fx_amount(cells), fx_currency(cells), (amount, currency), line)
            yield SettlementRow(
                line=line,
                movement=movement,
                our_reference=word(message(cells).rpartition(" ")[2]),
                provider_reference=word(order(cells)),
                batch=word(batch(cells)),
                text=word(batch(cells)),
                amount_minor=0 if is_fee else amount,
                fee_minor=-amount if is_fee else 0,
                currency=currency,
                booked_at=moment(stamp(cells), line),
                final=True,
                code=what[:100],
                paid_minor=told[0],
                paid_currency=told[1],
            )
