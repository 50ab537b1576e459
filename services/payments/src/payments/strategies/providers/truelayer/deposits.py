"""Money in through TrueLayer: a payment into the casino's merchant account, authorised on a page of TrueLayer's.

It finds no payment by our reference, but knows a repeat of the call that made it by its key.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from chassis.domain import Invalid
from contracts.money import MAX_MINOR
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled, Unanswered, Underway
from payments.strategies.providers.reading import decoded_object, refuse_others, require_text, section, word
from payments.strategies.providers.truelayer.accounts import paid_from
from payments.strategies.providers.truelayer.calls import ask_for, order, refusal
from payments.strategies.providers.truelayer.codes import FAILED

CURRENCIES = frozenset({"EUR", "GBP", "PLN"})
REFERENCE = "deposit_id"
"""Of the metadata of a payment, which its webhooks repeat."""

_DETAILS = frozenset({"name", "email", "phone", "country"})
_SHAPES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "phone": re.compile(r"\+[0-9]{6,15}"),
    "country": re.compile(r"[A-Z]{2}"),
}
_PATH = "/v3/payments"


class TrueLayerDeposits:
    """The deposit flow."""

    needs = (("name",), ("email", "phone"))

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.ALWAYS

    def check_amount(self, amount_minor: int, currency: str) -> None:  # noqa: ARG002 - every whole amount is written
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not take {currency}.", field="currency")

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, _DETAILS, within="details")
        require_text(details, "name", within="details", longest=140)
        if not details.keys() & {"email", "phone"}:
            raise Invalid("Give the payer's email or phone.", field="details.email")
        for name in sorted(details.keys() & _SHAPES.keys()):
            if not _SHAPES[name].fullmatch(require_text(details, name, within="details")):
                raise Invalid(f"This is no {name}.", field=f"details.{name}")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        details, selection = intent.details, dict[str, Any](type="user_selected")
        if "country" in details:
            selection["filter"] = {"countries": [details["country"]]}
        payer = {name: details[name] for name in ("name", "email", "phone") if name in details}
        facts: dict[str, Any] = {
            "amount_in_minor": intent.amount_minor,
            "currency": intent.currency,
            "payment_method": {
                "type": "bank_transfer",
                "provider_selection": selection,
                "beneficiary": {
                    "type": "merchant_account",
                    "merchant_account_id": merchant_account(account, intent.currency),
                },
            },
            "user": {"id": str(intent.player_id), **payer},
            "metadata": {REFERENCE: str(intent.deposit_id)},
        }
        if intent.return_url is not None:
            facts["hosted_page"] = {"return_uri": intent.return_url}
        return order(account, _PATH, facts, intent.key)

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None:
            return Unanswered()
        if answer.status in (200, 201):
            return _word_of(section(decoded_object(answer)))
        refused = refusal(answer)
        return Declined(reference=None, code=refused[0], final=refused[1]) if refused else Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,  # noqa: ARG002 - a payment is found by its own id alone
        reference: str | None,
    ) -> HttpCall | NotThere:
        return NotThere() if reference is None else ask_for(account, _payment(reference))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        if answer is None:
            return Unanswered()
        if answer.status == 404 and decoded_object(answer) is not None:
            return NotThere()
        return _word_of(section(decoded_object(answer))) if answer.status == 200 else Unanswered()

    def build_cancel(self, account: ProviderAccount, deposit_id: UUID, reference: str, attempt: int) -> HttpCall:
        # The answer says only that it was heard. So the payment is asked for with it.
        path, key = f"{_payment(reference)}/actions/cancel", f"{deposit_id}-cancel-{attempt}"
        return replace(order(account, path, None, key), also=ask_for(account, _payment(reference)))

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        said = self.parse_question(answer.also if answer is not None else None)
        return Unanswered() if isinstance(said, NotThere) else said


def merchant_account(account: ProviderAccount, currency: str) -> str:
    """Where the casino's money of this currency is; empty, and refused there, where it has no such account."""
    return str(account.settings.get(f"merchant_account_{currency.lower()}", ""))


def whole_money(thing: Mapping[str, Any]) -> tuple[int, str] | None:
    """The amount of a payment or payout as it stands there; None when it is not a positive whole one."""
    minor, currency = thing.get("amount_in_minor"), word(thing.get("currency"))
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 < minor <= MAX_MINOR or currency is None:
        return None
    return minor, currency


def _word_of(payment: Mapping[str, Any]) -> DepositWord:
    """What a payment says. `executed` is the bank's promise; the money is there when it is `settled`."""
    reference, money = word(payment.get("id")), whole_money(payment)
    if reference is None:
        return Unanswered()
    match payment.get("status"):
        case "authorization_required" | "authorizing":
            return ActionNeeded(reference=reference, next_action=_next_action(payment))
        case "settled" if money is not None:
            return Settled(reference=reference, amount_minor=money[0], currency=money[1], instrument=paid_from(payment))
        case "failed":
            return Declined(reference=reference, code=word(payment.get("failure_reason")) or FAILED, final=True)
        case _:
            return Underway(reference=reference)


def _next_action(payment: Mapping[str, Any]) -> str | None:
    """The page the player's browser goes to, as JSON."""
    url = section(payment.get("hosted_page")).get("uri")
    usable = isinstance(url, str) and url.startswith(("https://", "http://"))
    return json.dumps({"type": "redirect", "url": url}) if usable else None


def _payment(reference: str) -> str:
    return f"{_PATH}/{quote(reference, safe='')}"
