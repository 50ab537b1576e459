"""What a PaymentIntent says, wherever it is found: in an answer, in a list, in a webhook."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.money import MAX_MINOR
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled, Underway
from payments.strategies.providers.reading import our_id, section, word
from payments.strategies.providers.stripe.amounts import from_wire

REFERENCE = "order_id"
"""The metadata key under which we leave our deposit's id."""


def deposit_of(intent: Mapping[str, Any]) -> UUID | None:
    """The deposit it was made for; None when it is not one of ours."""
    return our_id(section(intent.get("metadata")).get(REFERENCE))


def word_of(intent: Mapping[str, Any]) -> DepositWord | None:
    """The word of a PaymentIntent; None when it has no id, so that nothing can be made of it.

    A status we do not know is Underway. Success needs the status and a readable amount, nothing less. Only what was
    canceled is refused for good: after a card was declined the same intent may be paid with another.
    """
    reference = word(intent.get("id"))
    if reference is None:
        return None
    match intent.get("status"):
        case "succeeded":
            return _settled(intent, reference) or Underway(reference=reference)
        case "canceled":
            code = word(intent.get("cancellation_reason")) or "canceled"
            return Declined(reference=reference, code=code, final=True)
        case "requires_payment_method" if intent.get("last_payment_error"):
            return Declined(reference=reference, code=error_code(section(intent.get("last_payment_error"))))
        case "requires_payment_method" | "requires_confirmation" | "requires_action":
            return ActionNeeded(reference=reference, next_action=_next_action(intent))
        case _:
            return Underway(reference=reference)


def error_code(error: Mapping[str, Any]) -> str:
    """The most telling code of an error object."""
    return word(error.get("decline_code")) or word(error.get("code")) or word(error.get("type")) or "declined"


def _settled(intent: Mapping[str, Any], reference: str) -> Settled | None:
    currency = (word(intent.get("currency")) or "").upper()
    amount = from_wire(intent.get("amount_received"), currency)
    if not currency or amount is None or amount > MAX_MINOR:
        return None
    return Settled(reference=reference, amount_minor=amount, currency=currency)


def _next_action(intent: Mapping[str, Any]) -> str | None:
    """What the player's browser needs, as JSON: a page to go to, or the secret for Stripe's own form."""
    redirect = section(section(intent.get("next_action")).get("redirect_to_url")).get("url")
    if isinstance(redirect, str) and redirect.startswith(("https://", "http://")):
        return json.dumps({"type": "redirect", "url": redirect})
    secret = word(intent.get("client_secret"))
    return json.dumps({"type": "client_secret", "client_secret": secret}) if secret else None
