"""Money out through BTCPay Server: a payout in a crypto currency to an address, and what became of it.

It knows no idempotency key. What keeps an order from being paid twice is the question, which finds it by our
withdrawal's id among all payouts of the store, and that the server refuses a second payout to an address while there is
an unpaid one (`duplicate-destination`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chassis.domain import Invalid
from contracts.money import MAX_MINOR, MoneyMistake, to_major_string, to_minor
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.domain.withdrawal.destination import Accepted, CryptoAddress, DestinationKind, Named
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered
from payments.strategies.providers.btcpay.calls import error_code, headers, store
from payments.strategies.providers.reading import decoded, section, word

CURRENCIES = frozenset({"BTC", "LTC"})
"""What a server can send by itself; a payout is counted in what is sent."""

REFERENCE = "withdrawalId"

_ADDRESS = re.compile(r"[0-9A-Za-z]{14,90}", re.ASCII)
_SHOWN = 4
_LEAVES_IT_OPEN = frozenset({"duplicate-destination"})
"""A refusal after which the payout may exist: the one that is in the way may be ours."""


class BtcpayPayouts:
    """The payout flow. A destination is the `address` on the currency's own chain."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not pay out {currency}.", field="currency")
        to_major_string(amount_minor, currency)

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.CRYPTO_ADDRESS, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - its chain is meant
        return [Accepted(kind=DestinationKind.CRYPTO_ADDRESS)]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - its chain is meant
        return {"address": to.address} if isinstance(to, CryptoAddress) else None

    def check_destination(self, destination: Mapping[str, str]) -> str:
        if frozenset(destination) != {"address"}:
            raise Invalid("Give address alone.", field="destination")
        address = destination["address"]
        if not _ADDRESS.fullmatch(address):
            raise Invalid("An address is 14 to 90 letters and digits, with nothing before it.", field="destination")
        return f"****{address[-_SHOWN:]}"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        """See `ReadsDestinations`. Who pays an invoice is nowhere said, so deposits have none."""
        address = destination["address"]
        return instrument_told(kind=Kind.CRYPTO, number=address, last_four=address[-_SHOWN:], pays_to=dict(destination))

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        payout = {
            "destination": order.destination["address"],
            "amount": to_major_string(order.amount_minor, order.currency),
            "payoutMethodId": f"{order.currency}-CHAIN",
            "approved": account.settings.get("approve_payouts") == "true",
            "metadata": {REFERENCE: str(order.withdrawal_id)},
        }
        body = json.dumps(payout).encode()
        return HttpCall("POST", f"{store(account)}/payouts", headers(account), body, str(order.request_id))

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        if answer is None:
            return Unanswered()
        body = decoded(answer)
        if answer.status == 200:
            payout = section(body)
            return _word_of(payout) if _is_of(order, payout) else Unanswered()
        code = error_code(answer.status, body)
        if answer.status in (400, 422) and code is not None and code not in _LEAVES_IT_OPEN:
            return Declined(code=code)
        return Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        order: PayoutOrder,  # noqa: ARG002 - all of the store's are looked through
        reference: str | None,
    ) -> HttpCall | None:
        where = "?includeCancelled=true" if reference is None else f"/{quote(reference, safe='')}"
        return HttpCall("GET", f"{store(account)}/payouts{where}", headers(account))

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord | NotThere:
        if answer is None or answer.status != 200:
            return Unanswered()
        body = decoded(answer)
        if not isinstance(body, list):
            payout = section(body)
            return _word_of(payout) if _is_of(order, payout) else Unanswered()
        ours = [_word_of(section(one)) for one in body if _is_of(order, section(one))]
        if len(ours) > 1:
            return Unanswered()  # Two payouts for one withdrawal cannot be; a person has to look.
        return ours[0] if ours else NotThere()


def _is_of(order: PayoutOrder, payout: Mapping[str, Any]) -> bool:
    return section(payout.get("metadata")).get(REFERENCE) == str(order.withdrawal_id)


def _word_of(payout: Mapping[str, Any]) -> PayoutWord:
    reference, money = word(payout.get("id")), _money(payout)
    if reference is None:
        return Unanswered()
    match payout.get("state"):
        case "Completed" if money is not None:
            return Confirmed(amount_minor=money[0], currency=money[1], reference=reference)
        case "Cancelled" if money is not None:
            return SentBack(amount_minor=money[0], currency=money[1], code="cancelled", reference=reference)
        case _:
            return Taken(reference=reference)


def _money(payout: Mapping[str, Any]) -> tuple[int, str] | None:
    """What was ordered, as it stands there."""
    amount, currency = word(payout.get("originalAmount")), word(payout.get("originalCurrency"))
    try:
        minor = to_minor(amount or "", currency or "")
    except MoneyMistake:
        return None
    return (minor, currency) if currency and 0 < minor <= MAX_MINOR else None
