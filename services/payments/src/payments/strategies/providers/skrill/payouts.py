"""Money out to Skrill wallets: a transfer is prepared, then carried out, and found by our reference."""

import re
from collections.abc import Mapping, Sequence

from chassis.domain import Invalid
from contracts.money import MoneyMistake, to_major_string
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import Accepted, DestinationKind, Named, Wallet
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered
from payments.strategies.providers.reading import word
from payments.strategies.providers.references import of_payout
from payments.strategies.providers.skrill.calls import CURRENCIES, ask, money, prepare, report_in, tags
from payments.strategies.providers.skrill.codes import CODES
from payments.strategies.providers.skrill.wallets import wallet_of

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,60}")
_SHOWN = 4
_SHOWN_PART = 3
_DONE_BEFORE = "ALREADY_EXECUTED"
"""An earlier order of the same `frn_trn_id` was carried out, and this one was not."""


class SkrillPayouts:
    """The payout flow. A destination is the `email` of a Skrill wallet."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not pay out {currency}.", field="currency")
        try:
            to_major_string(amount_minor, currency)
        except MoneyMistake as mistake:
            raise Invalid(str(mistake), field="currency") from None

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.WALLET, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - a wallet takes each
        return [Accepted(kind=DestinationKind.WALLET, one_of={"service": frozenset({"skrill"})})]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - a wallet takes each
        return {"email": to.owner} if isinstance(to, Wallet) and to.service == "skrill" else None

    def check_destination(self, destination: Mapping[str, str]) -> str:
        if frozenset(destination) != {"email"}:
            raise Invalid("Give email alone.", field="destination")
        email = destination["email"]
        if not _EMAIL.fullmatch(email):
            raise Invalid("This is no e-mail address.", field="destination.email")
        shown = min(_SHOWN, len(email) // _SHOWN_PART)
        return f"****{email[-shown:]}"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        return wallet_of(destination["email"])

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        reference = of_payout(order.withdrawal_id)
        form = {
            "amount": to_major_string(order.amount_minor, order.currency),
            "currency": order.currency,
            "bnf_email": order.destination["email"],
            "subject": str(account.settings.get("payout_subject", "Your withdrawal")),
            "note": str(account.settings.get("payout_subject", "Your withdrawal")),
            "frn_trn_id": reference,
        }
        return prepare(account, form, reference)

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        if answer is None or answer.status != 200:
            return Unanswered()
        found, reference = tags(answer), of_payout(order.withdrawal_id)
        code = word(found.get("error_msg"))
        if code is not None:
            if code == _DONE_BEFORE:
                return Taken(reference=reference)
            return Declined(code=code.lower()) if code.lower() in CODES else Unanswered()
        if answer.earlier is None:
            return Unanswered()
        paid = money(found.get("amount"), found.get("currency"))
        match found.get("status"):
            case "2" if paid is not None and paid[1] == order.currency:
                return Confirmed(amount_minor=paid[0], currency=paid[1], reference=reference)
            case "1" | "2":
                return Taken(reference=reference)
            case _:
                return Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        order: PayoutOrder,
        reference: str | None,  # noqa: ARG002 - ours finds it
    ) -> HttpCall | None:
        return ask(account, of_payout(order.withdrawal_id))

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord | NotThere:
        report, reference = report_in(answer), of_payout(order.withdrawal_id)
        if report is None or isinstance(report, NotThere):
            return NotThere() if isinstance(report, NotThere) else Unanswered()
        if report.get("transaction_id") != reference:
            return Unanswered()
        paid, status = money(report.get("mb_amount"), report.get("mb_currency")), report.get("status")
        if status == "2" and paid is not None:
            return Confirmed(amount_minor=paid[0], currency=paid[1], reference=reference)
        if status in ("-1", "-2") and paid is not None:
            code = "cancelled" if status == "-1" else "failed"
            return SentBack(amount_minor=paid[0], currency=paid[1], code=code, reference=reference)
        return Taken(reference=reference)
