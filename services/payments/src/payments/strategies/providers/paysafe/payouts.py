"""Money out through Paysafe: a payment handle for a wallet, and the standalone credit we make of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import Accepted, DestinationKind, Named, Wallet
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered
from payments.strategies.providers.paysafe.calls import (
    CURRENCIES,
    MADE,
    Follow,
    check_wallet,
    error_of,
    handle_in,
    listed,
    lookup,
    money_of,
    post,
    refusal,
    wallet,
)
from payments.strategies.providers.paysafe.wallets import paid_to
from payments.strategies.providers.reading import decoded_object, word
from payments.strategies.providers.references import of_payout

PATH = "standalonecredits"
METHODS = ("skrill", "neteller", "interac")
_SHOWN = 4
_SHOWN_PART = 3
_BACK = {
    "FAILED": "credit_failed",
    "CANCELLED": "credit_cancelled",
    "ERROR": "credit_errored",
    "ERRORED": "credit_errored",
}


class PaysafePayouts:
    """The payout flow. A destination is `method` and `consumer_id`, the wallet's owner as that method calls him."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES or not 0 < amount_minor < 10**11:
            raise Invalid(f"This provider does not pay this out in {currency}.", field="currency")

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.WALLET, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - a wallet takes each
        return [Accepted(kind=DestinationKind.WALLET, one_of={"service": frozenset(METHODS)})]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - a wallet takes each
        if not isinstance(to, Wallet) or to.service not in METHODS:
            return None
        return {"method": to.service, "consumer_id": to.owner}

    def check_destination(self, destination: Mapping[str, str]) -> str:
        if frozenset(destination) != {"method", "consumer_id"}:
            raise Invalid("Give method and consumer_id.", field="destination")
        check_wallet(destination, METHODS, within="destination")
        owner = destination["consumer_id"]
        shown = min(_SHOWN, len(owner) // _SHOWN_PART)
        return f"****{owner[-shown:]}" if shown else "****"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        return paid_to(destination)

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        reference = of_payout(order.withdrawal_id)
        body: dict[str, Any] = {
            "merchantRefNum": reference,
            "transactionType": "STANDALONE_CREDIT",
            "amount": order.amount_minor,
            "currencyCode": order.currency,
            **wallet(order.destination["method"], order.destination["consumer_id"]),
        }
        if "account_id" in account.settings:
            body["accountId"] = account.settings["account_id"]
        return post(account, "paymenthandles", body, Follow(account, PATH, reference, find=True))

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        if answer is None:
            return Unanswered()
        if listed(answer, "paymenthandles") is not None:
            found = self._found(order, answer)
            code = refusal(answer.earlier) if isinstance(found, NotThere) else None
            return Declined(code=code) if code else Unanswered() if isinstance(found, NotThere) else found
        code = refusal(answer)
        if answer.earlier is not None:
            made = decoded_object(answer) if answer.status in MADE else None
            return Declined(code=code) if code else _of_credit(made, order) if made else Unanswered()
        handle = handle_in(answer)
        return _of_handle(handle) if handle is not None else Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        order: PayoutOrder,
        reference: str | None,  # noqa: ARG002 - ours finds it
    ) -> HttpCall | None:
        return lookup(account, of_payout(order.withdrawal_id), PATH)

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord | NotThere:
        return Unanswered() if answer is None else self._found(order, answer)

    def _found(self, order: PayoutOrder, answer: HttpAnswer) -> PayoutWord | NotThere:
        """What there is under our reference. Without a credit nothing is paid; once the handle is over, nothing is."""
        handles, made = listed(answer, "paymenthandles"), listed(answer.also, PATH)
        if handles is None or made is None or len(made) > 1 or len(handles) > 1:
            return Unanswered()
        if made:
            return _of_credit(made[0], order)
        if not handles or handles[0].get("status") == "PAYABLE":
            return NotThere()
        return _of_handle(handles[0])


def _of_handle(handle: Mapping[str, Any]) -> PayoutWord:
    if handle.get("status") in ("FAILED", "EXPIRED"):
        over = "expired" if handle.get("status") == "EXPIRED" else "handle_failed"
        return Declined(code=error_of(handle) or over)
    return Unanswered()


def _of_credit(credit: Mapping[str, Any], order: PayoutOrder) -> PayoutWord:
    reference, status, money = word(credit.get("id")), credit.get("status"), money_of(credit)
    if reference is None or credit.get("merchantRefNum") != of_payout(order.withdrawal_id):
        return Unanswered()
    if status == "COMPLETED" and money is not None:
        return Confirmed(amount_minor=money[0], currency=money[1], reference=reference)
    if status in _BACK and money is not None:
        code = error_of(credit) or _BACK[str(status)]
        return SentBack(amount_minor=money[0], currency=money[1], code=code, reference=reference)
    return Taken(reference=reference)
