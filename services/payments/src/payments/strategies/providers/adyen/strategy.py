"""Adyen as a payment provider: deposits by payment links, and the webhooks that decide them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from chassis.domain import Invalid
from payments.application.ports import (
    AboutDeposit,
    NotGenuine,
    Nothing,
    Notification,
    PayoutFlow,
    ProviderAccount,
    Reply,
    Said,
    Unclear,
)
from payments.application.unreadable import unreadable
from payments.domain.deposit.words import Declined, Settled, TakenBack
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.adyen.amounts import from_wire
from payments.strategies.providers.adyen.answering import LIVE_HOST, TEST_HOST, AdyenAnswers
from payments.strategies.providers.adyen.codes import CODES, refusal
from payments.strategies.providers.adyen.disputes import STANDINGS, said_of_dispute
from payments.strategies.providers.adyen.instruments import instrument_of
from payments.strategies.providers.adyen.links import AdyenDeposits
from payments.strategies.providers.adyen.refunds import REFUND_KINDS, AdyenRefunds, said_of_refund
from payments.strategies.providers.adyen.signature import is_ambiguous, is_key, verify
from payments.strategies.providers.reading import (
    refuse_others,
    require_text,
    require_url,
    section,
    told,
    word,
)
from payments.strategies.providers.references import deposit_told

_LIVE = "-checkout-live.adyenpayments.com"
_SETTINGS = frozenset({"base_url", "merchant_account", "disputes_url"})
_SECRETS = frozenset({"api_key", "hmac_key", "previous_hmac_key"})

_WITHOUT_CONSEQUENCE = frozenset({"PENDING", "RECURRING_CONTRACT", "REPORT_AVAILABLE"})
_ENDS_A_PAYMENT = frozenset({"CANCELLATION", "EXPIRE", "TECHNICAL_CANCEL"})
"""What was authorised, and credited, is not collected. We order none of these."""

_MOST_ITEMS = 10
"""In one webhook. In JSON there is one; each has a signature to verify before the whole can be refused."""

_AFTERWARDS = REFUND_KINDS | STANDINGS.keys()
"""What becomes of a payment after it was made."""


class Adyen(Acknowledging):
    """Adyen's protocol.

    A casino's account: settings `base_url`, `merchant_account` and, where the Disputes API is not where it usually is,
    `disputes_url`; secrets `api_key`, `hmac_key` and, while that is
    being replaced, `previous_hmac_key`.
    """

    name = "adyen"
    heard = Reply(b"[accepted]", "text/plain")
    hosts = frozenset({"checkout-test.adyen.com", f"*{_LIVE}", TEST_HOST, LIVE_HOST})
    identity = ("base_url", "merchant_account")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = AdyenDeposits()
        self.payouts: PayoutFlow | None = None
        self.refunds = AdyenRefunds()
        self.disputes = AdyenAnswers()

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        parts = urlsplit(require_url(settings, "base_url", within="settings"))
        if str(parts.hostname).endswith(_LIVE) and parts.path != "/checkout":
            raise Invalid(f"The live server is https://PREFIX{_LIVE}/checkout.", field="settings.base_url")
        require_text(settings, "merchant_account", within="settings")
        if "disputes_url" in settings:
            require_url(settings, "disputes_url", within="settings")
        refuse_others(settings, _SETTINGS, within="settings")
        require_text(secrets, "api_key", within="secrets")
        for name in ("hmac_key", *({"previous_hmac_key"} & secrets.keys())):
            if not is_key(require_text(secrets, name, within="secrets")):
                raise Invalid("An HMAC key has 64 hexadecimal digits.", field=f"secrets.{name}")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self,
        account: ProviderAccount,
        raw: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 - Adyen signs inside the body
        now: datetime,
    ) -> Notification:
        items = _items(raw)
        keys = [account.secrets[name] for name in ("hmac_key", "previous_hmac_key") if name in account.secrets]
        if not 0 < len(items) <= _MOST_ITEMS or not all(any(verify(key, item) for key in keys) for item in items):
            raise NotGenuine("the signature is missing or wrong")
        if len(items) > 1:
            return unreadable(raw, now)  # Adyen sends one in JSON; several could not be answered one by one.
        item = items[0]
        reference, kind, success = (word(item.get(name)) for name in ("pspReference", "eventCode", "success"))
        if reference is None or kind is None or success not in ("true", "false"):
            return unreadable(raw, now)
        return Notification(
            id=f"{reference}:{kind}:{success}",
            kind=kind,
            said=_said(account, item, kind, success == "true"),
            said_at=_moment(item.get("eventDate"), now),
            facts=_facts(item),
        )


def _items(raw: bytes) -> list[Mapping[str, Any]]:
    """The items of a webhook, each with its signature; none where it cannot be read."""
    items = section(told(raw)).get("notificationItems")
    return [section(section(one).get("NotificationRequestItem")) for one in items] if isinstance(items, list) else []


def _said(account: ProviderAccount, item: Mapping[str, Any], kind: str, success: bool) -> Said:
    if kind in _WITHOUT_CONSEQUENCE:
        return Nothing()
    doubt = _doubt(account, item)
    if doubt is not None:
        return doubt
    if kind in _AFTERWARDS:
        say = said_of_refund if kind in REFUND_KINDS else said_of_dispute
        return say(kind, item, success=success)
    match kind:
        case "AUTHORISATION" if success:
            return _paid(item)
        case "AUTHORISATION":
            return _not_paid(item, refusal(item.get("reason")))
        case "OFFER_CLOSED":
            return _closed(item) if success else Nothing()
        case "CAPTURE" if success:
            return _collected(item)
        case "CAPTURE" | "CAPTURE_FAILED":
            return _not_collected(item, "capture_failed")
        case _ if kind in _ENDS_A_PAYMENT:
            return _not_collected(item, kind.lower()) if success else Nothing()
        case _:
            return Unclear("event_not_handled")  # Payouts: money moves that nobody here ordered.


def _doubt(account: ProviderAccount, item: Mapping[str, Any]) -> Unclear | None:
    """Why nobody can say what the item is about, if so."""
    if is_ambiguous(item):
        return Unclear("reference_unreadable")
    differs = item.get("merchantAccountCode") != account.settings["merchant_account"]
    return Unclear("unknown_reference") if differs else None


def _paid(item: Mapping[str, Any]) -> Said:
    amount, reference = section(item.get("amount")), word(item.get("pspReference"))
    currency = word(amount.get("currency"))
    minor = from_wire(amount.get("value"), currency) if currency else None
    if minor is None or currency is None or reference is None:
        return Unclear("amount_unreadable")
    paid = Settled(
        reference=reference,
        amount_minor=minor,
        currency=currency,
        names_payment=True,
        instrument=instrument_of(item),
    )
    return AboutDeposit(deposit_id=deposit_told(item.get("merchantReference")), word=paid)


def _collected(item: Mapping[str, Any]) -> Said:
    """It is captured at once, as the link says, and the authorisation was credited: news where that capture had failed,
    or the authorisation was not heard of.
    """
    known = _capture(item)
    if known is None:
        return Unclear("amount_unreadable")
    paid = Settled(**known, names_payment=True)
    return AboutDeposit(deposit_id=deposit_told(item.get("merchantReference")), word=paid)


def _not_collected(item: Mapping[str, Any], code: str) -> Said:
    """It was credited when it was authorised, and the money will not come."""
    known = _capture(item)
    if known is None:
        return Unclear("declined_after_success")
    return AboutDeposit(deposit_id=deposit_told(item.get("merchantReference")), word=TakenBack(**known, code=code))


def _capture(item: Mapping[str, Any]) -> dict[str, Any] | None:
    """The capture or the cancellation has a name of its own, and says of which payment it is and how much; None where
    it does not: a person has to look.
    """
    movement, payment = word(item.get("pspReference")), word(item.get("originalReference"))
    amount = section(item.get("amount"))
    currency = word(amount.get("currency"))
    minor = from_wire(amount.get("value"), currency) if currency else None
    if not minor or currency is None or movement is None or payment is None:
        return None
    return {"reference": payment, "movement": movement, "amount_minor": minor, "currency": currency}


def _not_paid(item: Mapping[str, Any], code: str) -> Said:
    """One attempt came to nothing. The link is open still, and it is the link that we know by name."""
    return AboutDeposit(
        deposit_id=deposit_told(item.get("merchantReference")),
        word=Declined(reference=None, code=code, instrument=instrument_of(item)),
    )


def _closed(item: Mapping[str, Any]) -> Said:
    """Which link, is not signed: it may be one that we ended ourselves, and then says nothing of the one after it."""
    link = word(section(item.get("additionalData")).get("paymentLinkId"))
    return AboutDeposit(
        deposit_id=deposit_told(item.get("merchantReference")), word=Declined(reference=link, code="offer_closed")
    )


def _moment(date: object, now: datetime) -> datetime:
    """When it happened there. It is not signed, and decides about no money; what lies ahead of us is now."""
    try:
        moment = datetime.fromisoformat(str(date))
        return min(moment.astimezone(UTC), now) if moment.tzinfo else now
    except (ValueError, OverflowError):
        return now


def _facts(item: Mapping[str, Any]) -> dict[str, str | int | None]:
    amount = section(item.get("amount"))
    value = amount.get("value")
    return {
        "reference": word(item.get("pspReference")),
        "original_reference": word(item.get("originalReference")),
        "our_reference": str(deposit_told(item.get("merchantReference")) or "") or None,
        "success": word(item.get("success")),
        "amount": value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None,
        "currency": word(amount.get("currency")),
    }
