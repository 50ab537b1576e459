"""Money out through Adyen's Transfers API: from the casino's balance account to a bank account whose number is given.

Source: docs.adyen.com, "Transfer funds" (Transfers API v4), "Pay out to bank accounts" and "API idempotency", and the
public OpenAPI description of Transfers v4. It finds no transfer by our reference: the identical order is the question,
as long as its key is surely known there.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.domain.withdrawal.destination import Accepted, DestinationKind, Iban, Named, full_name
from payments.domain.withdrawal.words import Confirmed, Declined, ProviderWord, SentBack, Taken, Unanswered
from payments.strategies.providers.adyen.amounts import from_wire, to_wire
from payments.strategies.providers.adyen_transfers.balance import AdyenBalance
from payments.strategies.providers.adyen_transfers.calls import headers
from payments.strategies.providers.adyen_transfers.codes import FAILED
from payments.strategies.providers.reading import country, decoded_object, end_of, name, our_id, section, word

REGULAR: Final = "regular"
PRIORITIES: Final = (REGULAR, "fast", "wire", "instant", "crossBorder")
"""How fast it goes, and what that costs."""

_DESTINATION = frozenset({"account_holder_name", "iban"})
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_LONGEST_NAME = 140
_PATH = "/btl/v4/transfers"
_ON_HIS_STATEMENT = "Withdrawal"

_KNOWN_FOR = timedelta(days=6)
"""How long it surely knows a repeat: a key is kept for at least seven days."""

_MADE = (200, 201, 202)
_REFUSED_AS_IT_IS = (400, 422)
_BEING_HANDLED = "704"
"""The same key is being worked on, or was: what came of it is not said."""

_LEFT = ("booked", "credited")
_CAME_BACK = ("failed", "refused", "cancelled", "error", "returned")


class AdyenTransfers(AdyenBalance):
    """The payout flow. A destination is `account_holder_name` and `iban`."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        to_wire(amount_minor, currency)

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.IBAN, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - the same in each
        return [Accepted(kind=DestinationKind.IBAN)]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - the account says it
        return {"account_holder_name": full_name(to), "iban": to.iban} if isinstance(to, Iban) else None

    def check_destination(self, destination: Mapping[str, str]) -> str:
        if destination.keys() != _DESTINATION:
            raise Invalid("Give account_holder_name and iban.", field="destination")
        holder, iban = destination["account_holder_name"], destination["iban"]
        if not holder.strip() or len(holder) > _LONGEST_NAME or not holder.isprintable():
            raise Invalid(f"Not a text of at most {_LONGEST_NAME} characters.", field="destination.account_holder_name")
        if not _IBAN.fullmatch(iban):
            raise Invalid("This is no iban, written without blanks.", field="destination.iban")
        return f"****{iban[-4:]}"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        iban = destination["iban"]
        return instrument_told(
            kind=Kind.BANK,
            number=iban,
            last_four=end_of(iban),
            country=country(iban[:2]),
            holder=name(destination["account_holder_name"]),
            pays_to=dict(destination),
        )

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        to = order.destination
        body = {
            "amount": {"value": to_wire(order.amount_minor, order.currency), "currency": order.currency},
            "balanceAccountId": account.settings["balance_account"],
            "category": "bank",
            "priority": account.settings.get("priority", REGULAR),
            "counterparty": {
                "bankAccount": {
                    "accountHolder": {"fullName": to["account_holder_name"]},
                    "accountIdentification": {"type": "iban", "iban": to["iban"]},
                }
            },
            "reference": str(order.withdrawal_id),
            "description": _ON_HIS_STATEMENT,
        }
        key = str(order.request_id)
        keyed = {**headers(account), "Content-Type": "application/json", "Idempotency-Key": key}
        return HttpCall("POST", _server(account), keyed, json.dumps(body).encode(), key, repeatable_for=_KNOWN_FOR)

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> ProviderWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status in _MADE:
            return _word_of(order, body)
        code = word(body.get("errorCode"))
        if code is None or code == _BEING_HANDLED or answer.status not in _REFUSED_AS_IT_IS:
            return Unanswered()
        return Declined(code=f"error_{code}")

    def build_question(
        self,
        account: ProviderAccount,
        order: PayoutOrder,  # noqa: ARG002 - the identical order is the question, where there is no id to ask by
        reference: str | None,
    ) -> HttpCall | None:
        if reference is None:
            return None
        return HttpCall("GET", f"{_server(account)}/{quote(reference, safe='')}", headers(account))

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> ProviderWord | NotThere:
        body = decoded_object(answer)
        return Unanswered() if answer is None or body is None or answer.status != 200 else _word_of(order, body)


def said_of(transfer: Mapping[str, Any]) -> ProviderWord | None:
    """What a transfer says; None when money moved and it cannot be read how much, or it has no id."""
    reference, status = word(transfer.get("id")), transfer.get("status")
    if reference is None:
        return None
    if status not in (*_LEFT, *_CAME_BACK):
        return Taken(reference=reference)
    amount = section(transfer.get("amount"))
    currency = word(amount.get("currency"))
    minor = from_wire(amount.get("value"), currency) if currency else None
    if minor is None or currency is None:
        return None
    if status in _LEFT:
        return Confirmed(amount_minor=minor, currency=currency, reference=reference)
    code = FAILED if status == "failed" else str(status)
    reason = word(transfer.get("reason"))
    if reason not in (None, "approved", "unknown"):
        code = str(reason)
    return SentBack(amount_minor=minor, currency=currency, code=code, reference=reference)


def _word_of(order: PayoutOrder, transfer: Mapping[str, Any]) -> ProviderWord:
    """Another withdrawal's transfer is not believed."""
    if our_id(transfer.get("reference")) != order.withdrawal_id:
        return Unanswered()
    return said_of(transfer) or Unanswered()


def _server(account: ProviderAccount) -> str:
    return f"{str(account.settings['base_url']).rstrip('/')}{_PATH}"
