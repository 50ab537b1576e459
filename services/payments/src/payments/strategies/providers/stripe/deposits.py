"""Money in through Stripe: create a PaymentIntent, ask what became of it, cancel it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import Declined, DepositWord, Settled, Unanswered
from payments.strategies.providers.reading import decoded_object, refuse_others, section, word
from payments.strategies.providers.stripe.amounts import to_wire
from payments.strategies.providers.stripe.calls import (
    DEFINITE_ERRORS,
    SAY_NOTHING_OF_EARLIER_CALLS,
    base,
    form_headers,
    headers_of,
)
from payments.strategies.providers.stripe.intents import REFERENCE, error_code, word_of

_CARD_CHALLENGED = {"payment_method_options[card][request_three_d_secure]": "challenge"}
_AUTHENTICATED = {"payment_method_types[]": "card", **_CARD_CHALLENGED}
"""By card alone, since that is what a bank asks about."""


class StripeDeposits:
    """The deposit flow."""

    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.ON_REQUEST

    def check_amount(self, amount_minor: int, currency: str) -> None:
        to_wire(amount_minor, currency)

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(), within="details")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        form = {
            "amount": str(to_wire(intent.amount_minor, intent.currency)),
            "currency": intent.currency.lower(),
            "capture_method": "automatic",
            **(_AUTHENTICATED if intent.step_up else {"automatic_payment_methods[enabled]": "true"}),
            f"metadata[{REFERENCE}]": str(intent.deposit_id),
            "metadata[player_id]": str(intent.player_id),
        }
        headers, url = form_headers(account, intent.key), f"{base(account)}/v1/payment_intents"
        if intent.before is not None and intent.before.reference is not None and not intent.before.closed:
            # The intent that was refused is paid with a card that its bank asks about, or not at all.
            url, form = f"{url}/{quote(intent.before.reference, safe='')}", dict(_CARD_CHALLENGED)
        return HttpCall("POST", url, headers, urlencode(form).encode(), headers["Idempotency-Key"])

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status == 200 and body.get("object") == "payment_intent":
            return word_of(body) or Unanswered()
        error = section(body.get("error"))
        if 400 <= answer.status < 500 and error.get("type") in DEFINITE_ERRORS and answer.status not in (409, 429):
            intent = section(error.get("payment_intent"))
            if intent.get("status") in ("succeeded", "processing"):
                return word_of(intent) or Unanswered()  # It was paid before it could be changed.
            final = answer.status not in SAY_NOTHING_OF_EARLIER_CALLS and (not intent or _is_canceled(intent))
            return Declined(reference=word(intent.get("id")), code=error_code(error), final=final)
        return Unanswered()

    def build_question(self, account: ProviderAccount, deposit_id: UUID, reference: str | None) -> HttpCall:
        if reference is not None:
            return HttpCall(
                "GET", f"{base(account)}/v1/payment_intents/{quote(reference, safe='')}", headers_of(account)
            )
        query = urlencode({"query": f"metadata['{REFERENCE}']:'{deposit_id}'"})
        return HttpCall("GET", f"{base(account)}/v1/payment_intents/search?{query}", headers_of(account))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        body = decoded_object(answer)
        if answer is None or (body is None and answer.status != 404):
            return Unanswered()
        if answer.status == 404:
            return NotThere()
        if answer.status != 200 or body is None:
            return Unanswered()
        match body.get("object"):
            case "payment_intent":
                return word_of(body) or Unanswered()
            case "search_result":
                return _best([section(one) for one in _items(body)])
            case _:
                return Unanswered()

    def build_cancel(self, account: ProviderAccount, deposit_id: UUID, reference: str, attempt: int) -> HttpCall:
        # A refusal is remembered under its key as well, so a later attempt has one of its own. What was canceled before
        # says so.
        headers = form_headers(account, f"{deposit_id}-cancel-{attempt}")
        url = f"{base(account)}/v1/payment_intents/{quote(reference, safe='')}/cancel"
        body = urlencode({"cancellation_reason": "abandoned"}).encode()
        return HttpCall("POST", url, headers, body, headers["Idempotency-Key"])

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status == 200 and body.get("object") == "payment_intent":
            return word_of(body) or Unanswered()
        if answer.status == 400:  # It cannot be canceled any more; the intent that comes with the error says why.
            return word_of(section(section(body.get("error")).get("payment_intent"))) or Unanswered()
        return Unanswered()


def _is_canceled(intent: Mapping[str, Any]) -> bool:
    return intent.get("status") == "canceled"


def _best(found: list[Mapping[str, Any]]) -> DepositWord | NotThere:
    """Several intents for one deposit cannot be, but if they were, one that took money must not be overlooked."""
    words = [said for one in found if (said := word_of(one))]
    settled = [said for said in words if isinstance(said, Settled)]
    return next(iter([*settled, *words]), NotThere())


def _items(body: Mapping[str, Any]) -> list[Any]:
    items = body.get("data")
    return items if isinstance(items, list) else []
