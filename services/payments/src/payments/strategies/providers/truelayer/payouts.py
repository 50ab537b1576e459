"""Money out through TrueLayer: to the account that paid in (closed loop), or to one whose number is given.

It finds no payout by our reference. The identical order is the question, as long as it is surely known by its key.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import (
    Accepted,
    BankAccount,
    DestinationKind,
    Iban,
    Named,
    full_name,
)
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered
from payments.strategies.providers.reading import decoded_object, our_id, section, word
from payments.strategies.providers.truelayer.accounts import paid_to
from payments.strategies.providers.truelayer.balance import TrueLayerBalance
from payments.strategies.providers.truelayer.calls import ask_for, order, refusal
from payments.strategies.providers.truelayer.codes import FAILED
from payments.strategies.providers.truelayer.deposits import CURRENCIES, merchant_account, whole_money

REFERENCE, AMOUNT, CURRENCY = "withdrawal_id", "amount_in_minor", "currency"
"""The metadata of a payout, which its webhooks repeat."""

_SOURCE = frozenset({"payment_source_id"})
_BY_IBAN = frozenset({"account_holder_name", "iban"})
_BY_NUMBER = frozenset({"account_holder_name", "sort_code", "account_number"})
_SHAPES = {
    "iban": re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII),
    "sort_code": re.compile(r"[0-9]{6}", re.ASCII),
    "account_number": re.compile(r"[0-9]{8}", re.ASCII),
}
_BY_SORT_CODE = "GBP"
_SHOWN = 4
_SHOWN_PART = 3
_PATH = "/v3/payouts"
_ON_HIS_STATEMENT = "Withdrawal"


class TrueLayerPayouts(TrueLayerBalance):
    """The payout flow.

    A destination is the `payment_source_id` of a settled payment, or `account_holder_name` with `iban`, or with
    `sort_code` and `account_number`.
    """

    def check_amount(self, amount_minor: int, currency: str) -> None:  # noqa: ARG002 - every whole amount is written
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not pay out {currency}.", field="currency")

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.IBAN, DestinationKind.BANK_ACCOUNT, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:
        if currency != _BY_SORT_CODE:
            return [Accepted(kind=DestinationKind.IBAN)]
        british, sort_code = frozenset({"GB"}), frozenset({"bank_number"})
        return [Accepted(kind=DestinationKind.BANK_ACCOUNT, one_of={"country": british}, needs=sort_code)]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:
        """Euros go by IBAN, pounds within the United Kingdom by sort code."""
        if isinstance(to, Iban) and currency != _BY_SORT_CODE:
            return {"account_holder_name": full_name(to), "iban": to.iban}
        if not isinstance(to, BankAccount) or (to.country, currency) != ("GB", _BY_SORT_CODE) or not to.bank_number:
            return None
        number = {"sort_code": to.bank_number, "account_number": to.account_number}
        return {"account_holder_name": full_name(to), **number}

    def check_destination(self, destination: Mapping[str, str]) -> str:
        given = frozenset(destination)
        if given not in (_SOURCE, _BY_IBAN, _BY_NUMBER):
            raise Invalid(
                "Give payment_source_id alone, or account_holder_name with iban, or with sort_code and account_number.",
                field="destination",
            )
        if given == _SOURCE:
            source = destination["payment_source_id"]
            if our_id(source) is None:
                raise Invalid("Not the id of a payment source.", field="destination.payment_source_id")
            return f"****{source[-_SHOWN:]}"
        holder = destination["account_holder_name"]
        if not holder.strip() or len(holder) > 140 or not holder.isprintable():
            raise Invalid("Not a text of at most 140 characters.", field="destination.account_holder_name")
        for name in sorted(given & _SHAPES.keys()):
            if not _SHAPES[name].fullmatch(destination[name]):
                raise Invalid(f"This is no {name}, written without blanks.", field=f"destination.{name}")
        number = destination.get("iban") or destination["account_number"]
        return f"****{number[-min(_SHOWN, len(number) // _SHOWN_PART) :]}"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        return paid_to(destination)

    def build_call(self, account: ProviderAccount, payout: PayoutOrder) -> HttpCall:
        facts = {
            "merchant_account_id": merchant_account(account, payout.currency),
            "amount_in_minor": payout.amount_minor,
            "currency": payout.currency,
            "beneficiary": {
                **_beneficiary(payout),
                "reference": str(account.settings.get("payout_reference", _ON_HIS_STATEMENT)),
            },
            "metadata": {
                REFERENCE: str(payout.withdrawal_id),
                AMOUNT: str(payout.amount_minor),
                CURRENCY: payout.currency,
            },
        }
        return order(account, _PATH, facts, str(payout.request_id))

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,  # noqa: ARG002 - and answers with nothing but an id
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        if answer is None:
            return Unanswered()
        if answer.status in (200, 201, 202):
            reference = word(section(decoded_object(answer)).get("id"))
            return Taken(reference=reference) if reference else Unanswered()
        refused = refusal(answer)
        return Declined(code=refused[0]) if refused and refused[1] else Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        order: PayoutOrder,  # noqa: ARG002 - the identical order is the question, where there is no id to ask by
        reference: str | None,
    ) -> HttpCall | None:
        return None if reference is None else ask_for(account, f"{_PATH}/{quote(reference, safe='')}")

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord | NotThere:
        if answer is None or answer.status != 200:
            return Unanswered()
        payout = section(decoded_object(answer))
        if section(payout.get("metadata")).get(REFERENCE) != str(order.withdrawal_id):
            return Unanswered()
        return _word_of(payout)


def _beneficiary(payout: PayoutOrder) -> dict[str, Any]:
    """Whom it goes to. The user of a payment source is the player: so we called him when he paid in."""
    to = payout.destination
    if "payment_source_id" in to:
        source = {"payment_source_id": to["payment_source_id"], "user_id": str(payout.player_id)}
        return {"type": "payment_source", **source}
    if "iban" in to:
        identifier = {"type": "iban", "iban": to["iban"]}
    else:
        number = {"sort_code": to["sort_code"], "account_number": to["account_number"]}
        identifier = {"type": "sort_code_account_number", **number}
    holder = to["account_holder_name"]
    return {"type": "external_account", "account_holder_name": holder, "account_identifier": identifier}


def _word_of(payout: Mapping[str, Any]) -> PayoutWord:
    reference, money = word(payout.get("id")), whole_money(payout)
    if reference is None:
        return Unanswered()
    match payout.get("status"):
        case "executed" if money is not None:
            return Confirmed(amount_minor=money[0], currency=money[1], reference=reference)
        case "failed" if money is not None:
            code = word(payout.get("failure_reason")) or FAILED
            return SentBack(amount_minor=money[0], currency=money[1], code=code, reference=reference)
        case _:
            return Taken(reference=reference)
