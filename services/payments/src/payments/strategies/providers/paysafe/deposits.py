"""Money in through Paysafe: a payment handle, on whose page the player agrees, and the payment we make of it then.

Both are found by our reference. Until there is a payment that reference is also what we call the deposit there.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.domain import Invalid
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled, Unanswered, Underway
from payments.domain.instrument.words import Instrument
from payments.strategies.providers.paysafe.calls import (
    CURRENCIES,
    MADE,
    TYPES,
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
from payments.strategies.providers.paysafe.wallets import paid_to, paid_with
from payments.strategies.providers.reading import decoded_object, refuse_others, require_text, section, word
from payments.strategies.providers.references import of_deposit

_PROFILE = {"first_name": "firstName", "last_name": "lastName", "email": "email"}
_DETAILS = frozenset({"method", "consumer_id", *_PROFILE})


class PaysafeDeposits:
    """The deposit flow. `details`: `method` and `consumer_id` (whose wallet); the payer's name and e-mail if known."""

    needs = (("method",), ("consumer_id",))

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.NEVER

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES or not 0 < amount_minor < 10**11:
            raise Invalid(f"This provider does not take this in {currency}.", field="currency")

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, _DETAILS, within="details")
        check_wallet(details, tuple(TYPES), within="details")
        for name in _PROFILE.keys() & details.keys():
            require_text(details, name, within="details", longest=80)

    def instrument_of(self, details: Mapping[str, str]) -> Instrument | None:
        """See `ReadsDestinations`: the wallet that is charged."""
        return paid_to(details) if {"method", "consumer_id"} <= details.keys() else None

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        reference = of_deposit(intent.deposit_id)
        body: dict[str, Any] = {
            "merchantRefNum": reference,
            "transactionType": "PAYMENT",
            "amount": intent.amount_minor,
            "currencyCode": intent.currency,
            **wallet(intent.details["method"], intent.details["consumer_id"]),
        }
        if "account_id" in account.settings:
            body["accountId"] = account.settings["account_id"]
        if intent.return_url is not None:
            body["returnLinks"] = [{"rel": "default", "href": intent.return_url, "method": "GET"}]
        profile = {theirs: intent.details[ours] for ours, theirs in _PROFILE.items() if ours in intent.details}
        if profile:
            body["profile"] = profile
        return post(account, "paymenthandles", body, Follow(account, "payments", reference))

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None:
            return Unanswered()
        if answer.earlier is not None:
            return _of_new_payment(answer)
        code = refusal(answer)
        if code is not None:
            return Declined(reference=None, code=code, final=answer.status in (400, 402, 422))
        handle = handle_in(answer)
        return Unanswered() if handle is None else _of_handle(handle)

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,
        reference: str | None,  # noqa: ARG002 - ours finds it
    ) -> HttpCall | NotThere:
        ours = of_deposit(deposit_id)
        return lookup(account, ours, "payments", Follow(account, "payments", ours))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        if answer is None:
            return Unanswered()
        handles = listed(answer, "paymenthandles")
        if handles is None:
            return _of_new_payment(answer) if answer.earlier is not None else Unanswered()
        payments = listed(answer.also, "payments")
        if payments is None or len(payments) > 1 or len(handles) > 1:
            return Unanswered()
        if payments:
            return _of_payment(payments[0])
        return _of_handle(handles[0]) if handles else NotThere()

    def build_cancel(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a handle nobody uses is over by itself, in minutes
        deposit_id: UUID,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        attempt: int,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        said = self.parse_question(answer)
        return Unanswered() if isinstance(said, NotThere) else said


def _of_handle(handle: Mapping[str, Any]) -> DepositWord:
    reference, status = word(handle.get("merchantRefNum")), handle.get("status")
    if reference is None:
        return Unanswered()
    match status:
        case "INITIATED":
            return ActionNeeded(reference=reference, next_action=_next_action(handle))
        case "FAILED":
            return Declined(reference=reference, code=error_of(handle) or "handle_failed", final=True)
        case "EXPIRED":
            return Declined(reference=reference, code="expired", final=True)
        case _:
            return Underway(reference=reference)


def _of_new_payment(answer: HttpAnswer) -> DepositWord:
    """What the payment that was just made says; where it was refused, its handle may be used no more."""
    body = decoded_object(answer) or {}
    if answer.status in MADE:
        return _of_payment(body)
    code, reference = refusal(answer), word(body.get("merchantRefNum"))
    return Unanswered() if code is None else Declined(reference=reference, code=code, final=answer.status == 402)


def _of_payment(payment: Mapping[str, Any]) -> DepositWord:
    reference, paid, money = word(payment.get("merchantRefNum")), word(payment.get("id")), money_of(payment)
    if reference is None or paid is None:
        return Unanswered()
    match payment.get("status"):
        case "COMPLETED" if money is not None:
            return Settled(
                reference=paid,
                amount_minor=money[0],
                currency=money[1],
                names_payment=True,
                instrument=paid_with(payment),
            )
        case "FAILED" | "ERROR":
            code = error_of(payment) or "payment_failed"
            return Declined(reference=reference, code=code, final=True, instrument=paid_with(payment))
        case "CANCELLED" | "EXPIRED":
            return Declined(reference=reference, code="payment_cancelled", final=True)
        case _:
            return Underway(reference=reference)


def _next_action(handle: Mapping[str, Any]) -> str | None:
    """The page on which the player agrees, as JSON."""
    links = handle.get("links")
    for link in links if isinstance(links, list) else []:
        url = section(link).get("href")
        if (
            section(link).get("rel") == "redirect_payment"
            and isinstance(url, str)
            and url.startswith(("https://", "http://"))
        ):
            return json.dumps({"type": "redirect", "url": url})
    return None
