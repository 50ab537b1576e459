"""Money in through Praxis: a session of its cashier, in which the player chooses how to pay, and what became of it.

An order is found by ours, which is none of a withdrawal. It is unique there, so that a repeat of the call makes no
second session; but it does not give the page of the first one again. A session lives for 15 minutes and has at most one
approved transaction; nobody but the player or time ends it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from chassis.domain import Invalid
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)
from payments.domain.instrument.words import Instrument
from payments.strategies.providers.praxis.amounts import charged, to_wire
from payments.strategies.providers.praxis.calls import (
    Find,
    body_of,
    find_order,
    is_missing,
    number_of,
    open_session,
    page_in,
)
from payments.strategies.providers.praxis.instruments import instrument_of
from payments.strategies.providers.reading import refuse_others, require_text, section, word
from payments.strategies.providers.references import deposit_told, of_deposit

_CUSTOMER = frozenset({"first_name", "last_name", "email", "phone", "country", "city", "zip", "address", "dob"})
_SHAPES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "country": re.compile(r"[A-Z]{2}"),
    "dob": re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", re.ASCII),
    "locale": re.compile(r"[a-z]{2}-[A-Z]{2}"),
    "payment_method": re.compile(r"[A-Za-z0-9 ._-]{1,32}", re.ASCII),
}
_OVER = frozenset({"expired", "failed", "successful"})
CAME_TO_NOTHING = frozenset({"rejected", "declined", "cancelled", "error"})
TAKEN_BACK = frozenset({"chargeback", "reversed"})
_TAKES_MONEY = frozenset({"sale", "authorize", "capture"})


class PraxisDeposits:
    """The deposit flow."""

    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.NEVER  # Praxis' own routing decides it; no field of a session asks for it.

    def check_amount(self, amount_minor: int, currency: str) -> None:
        to_wire(amount_minor, currency)

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, _CUSTOMER | {"locale", "payment_method"}, within="details")
        for name in sorted(details):
            value, shape = require_text(details, name, within="details", longest=100), _SHAPES.get(name)
            if shape is not None and not shape.fullmatch(value):
                raise Invalid(f"This is no {name}.", field=f"details.{name}")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        details = intent.details
        facts: dict[str, Any] = {
            "intent": "payment",
            "currency": intent.currency,
            "amount": to_wire(intent.amount_minor, intent.currency),
            "cid": str(intent.player_id),
            "order_id": of_deposit(intent.deposit_id),
            "notification_url": intent.notification_url,
            "return_url": intent.return_url,
            **{name: details[name] for name in ("locale", "payment_method") if name in details},
        }
        customer = {name: details[name] for name in sorted(_CUSTOMER & details.keys())}
        if customer:
            facts["customer_data"] = customer
        return open_session(account, facts)

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        body = body_of(answer)
        if body is None:
            return Unanswered()
        if body["status"] == 0:
            return _opened(body)
        return Declined(reference=None, code=f"status_{body['status']}") if body["status"] > 0 else Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,
        reference: str | None,
    ) -> HttpCall | NotThere:
        if reference is None or deposit_told(reference) is not None:
            return find_order(account, reference or of_deposit(deposit_id))
        # What was paid is known by its transaction. Of a deposit from before the order has hyphens.
        return replace(find_order(account, of_deposit(deposit_id)), then=Find(account, str(deposit_id)))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        body = body_of(answer)
        if body is None:
            return Unanswered()
        if body["status"] == 0:
            return _word_of(section(body.get("session")), section(body.get("transaction")))
        return NotThere() if is_missing(body) else Unanswered()

    def build_cancel(
        self,
        account: ProviderAccount,  # noqa: ARG002
        deposit_id: UUID,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        attempt: int,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        said = self.parse_question(answer)
        return Unanswered() if isinstance(said, NotThere) else said


def _word_of(session: Mapping[str, Any], transaction: Mapping[str, Any]) -> DepositWord:
    page, state = word(session.get("order_id")), transaction.get("transaction_status")
    if page is None or deposit_told(page) is None:
        return Unanswered()
    money, number = charged(transaction), number_of(transaction)
    if transaction.get("transaction_type") not in _TAKES_MONEY and transaction:
        return Underway(reference=page)
    match state:
        case "approved" if money is not None and number is not None:
            return Settled(
                reference=number,
                amount_minor=money[0],
                currency=money[1],
                names_payment=True,
                instrument=instrument_of(transaction),
                stands=True,
            )
        case "chargeback" | "reversed" if money is not None and number is not None:
            return TakenBack(
                reference=number,
                movement=f"{number}:{state}",
                amount_minor=money[0],
                currency=money[1],
                code=str(state),
                charged_back=state == "chargeback",
            )
        case "rejected" | "declined" | "cancelled" | "error" | None:
            return _without_money(session, page, state, instrument_of(transaction))
        case _:
            return Underway(reference=page)


def _without_money(session: Mapping[str, Any], page: str, state: object, tried: Instrument | None) -> DepositWord:
    """Nothing was paid: as long as the session is open, the player may try again, with another method for instance."""
    over = word(session.get("session_status"))
    if over in _OVER - {"successful"}:
        return Declined(reference=page, code=str(state or over), final=True, instrument=tried)
    if over == "successful":
        return Underway(reference=page)
    refused = None if tried is None else Declined(reference=page, code=str(state), instrument=tried)
    return ActionNeeded(reference=page, refused=refused)


def _opened(body: Mapping[str, Any]) -> DepositWord:
    """The page of a new session."""
    order, url = word(section(body.get("session")).get("order_id")), page_in(body)
    if order is None or deposit_told(order) is None:
        return Unanswered()
    page = None if url is None else json.dumps({"type": "redirect", "url": url})
    return ActionNeeded(reference=order, next_action=page)
