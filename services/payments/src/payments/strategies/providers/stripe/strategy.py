"""Stripe as a payment provider: deposits and the webhooks that decide them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from payments.application.instruments.ports import AboutInstrument
from payments.application.ports import (
    AboutDeposit,
    NotGenuine,
    Nothing,
    Notification,
    PayoutFlow,
    ProviderAccount,
    Said,
    Unclear,
)
from payments.application.unreadable import unreadable
from payments.domain.deposit.words import Declined, Settled
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.reading import (
    refuse_others,
    require_secret,
    require_text,
    require_url,
    section,
    told,
    unix_moment,
    word,
)
from payments.strategies.providers.stripe.answering import API_HOST, FILES_HOST, StripeAnswers
from payments.strategies.providers.stripe.codes import CODES
from payments.strategies.providers.stripe.deposits import StripeDeposits
from payments.strategies.providers.stripe.disputes import said_of_dispute, said_of_fraud_warning
from payments.strategies.providers.stripe.instruments import instrument_of, instrument_of_error
from payments.strategies.providers.stripe.intents import deposit_of, error_code, word_of
from payments.strategies.providers.stripe.refunds import said_of_refund, said_of_refunded
from payments.strategies.providers.stripe.repaying import StripeRefunds
from payments.strategies.providers.stripe.signature import verified_at

SIGNATURE_HEADER = "stripe-signature"

_WITHOUT_CONSEQUENCE = ("payment_method.", "customer.", "setup_intent.", "balance.", "mandate.")
_ONLY_ECHOES = frozenset(
    {
        "charge.captured",
        "charge.failed",
        "charge.pending",
        "charge.updated",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
    }
)
"""Events that repeat what an event of the PaymentIntent says, or say it too early."""

_AFTERWARDS = frozenset(
    {
        "charge.refund.updated",
        "charge.refunded",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }
)
"""Events about a payment that was made."""

_FRAUD_WARNING = "radar.early_fraud_warning."


class Stripe(Acknowledging):
    """Stripe's protocol. A casino's account: settings `base_url`; secrets `api_key`, `webhook_secret`."""

    name = "stripe"
    hosts = frozenset({API_HOST, FILES_HOST})  # Live and test differ by the key alone.
    identity = ("base_url",)  # The customer himself is told by the key, which is secret and may be rotated.

    codes = CODES

    def __init__(self) -> None:
        self.deposits = StripeDeposits()
        self.payouts: PayoutFlow | None = None
        self.refunds = StripeRefunds()
        self.disputes = StripeAnswers()

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        refuse_others(settings, frozenset({"base_url"}), within="settings")
        require_text(secrets, "api_key", within="secrets")
        require_secret(secrets, "webhook_secret", begins="whsec_")
        refuse_others(secrets, frozenset({"api_key", "webhook_secret"}), within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        header = headers.get(SIGNATURE_HEADER, "")
        if verified_at(header, account.secrets["webhook_secret"], raw, int(now.timestamp())) is None:
            raise NotGenuine("the signature is missing, wrong, too old or of the future")
        event = section(told(raw))
        event_id, kind = word(event.get("id")), word(event.get("type"))
        if event_id is None or kind is None:
            return unreadable(raw, now)
        thing = section(section(event.get("data")).get("object"))
        return Notification(
            id=event_id,
            kind=kind,
            said=_said(kind, thing),
            said_at=unix_moment(event.get("created"), now),
            facts=_facts(thing),
        )


def _said(kind: str, thing: Mapping[str, Any]) -> Said:
    match kind:
        case "payment_intent.succeeded":
            said = word_of({**thing, "status": "succeeded"})
            if not isinstance(said, Settled):
                return Unclear("amount_unreadable")
            return AboutDeposit(deposit_id=deposit_of(thing), word=said)
        case "payment_intent.payment_failed":
            error = section(thing.get("last_payment_error"))
            declined = Declined(
                reference=word(thing.get("id")), code=error_code(error), instrument=instrument_of_error(error)
            )
            return AboutDeposit(deposit_id=deposit_of(thing), word=declined)
        case "charge.succeeded":
            paid_with = instrument_of(thing)
            return AboutInstrument(payment_id=deposit_of(thing), instrument=paid_with) if paid_with else Nothing()
        case "payment_intent.processing" | "payment_intent.requires_action" | "payment_intent.canceled":
            said = word_of({**thing, "status": kind.removeprefix("payment_intent.")})
            return (
                Unclear("reference_unreadable")
                if said is None
                else AboutDeposit(deposit_id=deposit_of(thing), word=said)
            )
        case _ if kind in _AFTERWARDS or kind.startswith(("charge.dispute.", _FRAUD_WARNING)):
            return _said_afterwards(kind, thing)
        case _ if kind in _ONLY_ECHOES or kind.startswith(_WITHOUT_CONSEQUENCE):
            return Nothing()
        case _:
            return Unclear("event_not_handled")  # Payouts: money moves that nobody here ordered.


def _said_afterwards(kind: str, thing: Mapping[str, Any]) -> Said:
    """What becomes of a payment after it was made."""
    match kind:
        case "charge.refunded":
            return said_of_refunded(thing)
        case _ if kind.startswith(_FRAUD_WARNING):
            return said_of_fraud_warning(thing)
        case _ if kind.startswith("charge.dispute."):
            return said_of_dispute(kind, thing)
        case _:
            return said_of_refund(thing, {})


def _facts(thing: Mapping[str, Any]) -> dict[str, str | int | None]:
    """`amount` is what was asked for, or what the object is about; `amount_received` what a payment brought, which may
    be more or less. Both are in Stripe's units.
    """
    return {
        "object": word(thing.get("object")),
        "reference": word(thing.get("id")),
        "status": word(thing.get("status")),
        "our_reference": str(deposit_of(thing) or "") or None,
        "amount": _whole(thing.get("amount")),
        "amount_received": _whole(thing.get("amount_received", thing.get("amount_captured"))),
        "currency": word(thing.get("currency")),
    }


def _whole(amount: Any) -> int | None:
    """As JSON elsewhere can hold it."""
    return amount if isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) < 2**53 else None
