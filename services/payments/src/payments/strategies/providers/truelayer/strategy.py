"""TrueLayer as a payment provider: payments, payouts, and the webhooks that say when to look at one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.domain import Invalid
from contracts.money import MAX_MINOR
from payments.application.dispute_port import DisputeFlow
from payments.application.look_port import LookAtDeposit, LookAtPayout, Told
from payments.application.ports import (
    AboutPayout,
    NotGenuine,
    Notification,
    ProviderAccount,
    Said,
    Unclear,
)
from payments.application.unreadable import unreadable
from payments.domain.withdrawal.words import SentBack
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.reading import (
    our_id,
    refuse_others,
    require_text,
    require_url,
    section,
    told,
    word,
)
from payments.strategies.providers.truelayer.codes import CODES
from payments.strategies.providers.truelayer.deposits import CURRENCIES, TrueLayerDeposits
from payments.strategies.providers.truelayer.deposits import REFERENCE as DEPOSIT
from payments.strategies.providers.truelayer.payouts import AMOUNT, CURRENCY, TrueLayerPayouts
from payments.strategies.providers.truelayer.payouts import REFERENCE as WITHDRAWAL
from payments.strategies.providers.truelayer.refunds import REFERENCE as REFUND
from payments.strategies.providers.truelayer.refunds import REFUND_KINDS, TrueLayerRefunds, said_of_refund
from payments.strategies.providers.truelayer.signature import Message, NotSigned, private_key, public_keys, verify

SIGNATURE_HEADER = "tl-signature"
SENT_AT_HEADER = "x-tl-webhook-timestamp"

AHEAD = timedelta(minutes=5)
"""How far the clocks may be apart."""

DELIVERED_WITHIN = timedelta(hours=73)
"""It tries for up to 72 hours."""

_MERCHANT_ACCOUNTS = frozenset(f"merchant_account_{currency.lower()}" for currency in CURRENCIES)
_SETTINGS = _MERCHANT_ACCOUNTS | {"base_url", "auth_url", "client_id", "key_id", "webhook_keys", "payout_reference"}
_SECRETS = frozenset({"client_secret", "private_key"})
_LONG = 8_192

_NAMES = ("refund_id", "payment_id", "payout_id")
_ABOUT_PAYMENTS = frozenset(
    {"payment_authorized", "payment_executed", "payment_settled", "payment_creditable", "payment_failed"}
)


class TrueLayer(Acknowledging):
    """Payments API v3.

    A casino's account: settings `base_url`, `auth_url`, `client_id`, `key_id` (of our key there), `webhook_keys`
    (TrueLayer's, a JWKS), one `merchant_account_eur`, `_gbp`, `_pln` for each currency, and `payout_reference`; secrets
    `client_secret` and `private_key` (ours, PEM, P-521).
    """

    name = "truelayer"
    hosts = frozenset(
        {
            "api.truelayer.com",
            "auth.truelayer.com",
            "api.truelayer-sandbox.com",
            "auth.truelayer-sandbox.com",
        }
    )
    identity = ("base_url", "client_id")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = TrueLayerDeposits()
        self.payouts = TrueLayerPayouts()
        self.refunds = TrueLayerRefunds()
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_url(settings, "auth_url", within="settings")
        for name in ("client_id", "key_id", *sorted(_MERCHANT_ACCOUNTS & settings.keys())):
            require_text(settings, name, within="settings")
        if not _MERCHANT_ACCOUNTS & settings.keys():
            raise Invalid("Give the merchant account of a currency.", field="settings.merchant_account_eur")
        if "payout_reference" in settings:
            require_text(settings, "payout_reference", within="settings", longest=18)
        _check(public_keys, require_text(settings, "webhook_keys", within="settings", longest=_LONG), "a JWKS")
        refuse_others(settings, _SETTINGS, within="settings")
        require_text(secrets, "client_secret", within="secrets")
        pem = require_text(secrets, "private_key", within="secrets", longest=_LONG)
        _check(private_key, pem, "a private key", field="secrets.private_key")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        path = f"/partner/payments/{self.name}/{account.casino_id}/notifications"
        try:
            verify(
                str(account.settings["webhook_keys"]),
                headers.get(SIGNATURE_HEADER, ""),
                Message("POST", path, headers, raw),
                must_sign=frozenset({SENT_AT_HEADER}),
            )
        except NotSigned:
            raise NotGenuine("the signature is missing or wrong") from None
        sent_at = _moment(headers[SENT_AT_HEADER])
        if sent_at is None or not -AHEAD <= now - sent_at <= DELIVERED_WITHIN:
            raise NotGenuine("it was not sent lately")
        event = section(told(raw))
        event_id, kind = word(event.get("event_id")), word(event.get("type"))
        if event_id is None or kind is None:
            return unreadable(raw, now)
        return Notification(
            id=event_id, kind=kind, said=_said(kind, event), said_at=min(sent_at, now), facts=_facts(event)
        )


def _said(kind: str, event: Mapping[str, Any]) -> Said:
    """A webhook brings no amount: the payment or payout is asked for. One thing only the webhook tells."""
    metadata = section(event.get("metadata"))
    if kind in _ABOUT_PAYMENTS:
        settled = Told.DONE if kind == "payment_settled" else None
        return LookAtDeposit(deposit_id=our_id(metadata.get(DEPOSIT)), told=settled)
    if kind == "payout_failed" and event.get("failure_reason") == "returned":
        return _returned(event, metadata)
    if kind in ("payout_executed", "payout_failed"):
        ours = our_id(metadata.get(WITHDRAWAL))
        told = Told.DONE if kind == "payout_executed" else Told.UNDONE
        return LookAtPayout(withdrawal_id=ours, reference=word(event.get("payout_id")), told=told)
    if kind in REFUND_KINDS:
        return said_of_refund(kind, event)
    return Unclear("event_not_handled")  # Reversals, claims, money nobody ordered, settlements that stall.


def _returned(event: Mapping[str, Any], metadata: Mapping[str, Any]) -> Said:
    """The bank sent it back after it had left. The payout itself may go on saying that it was executed, so the amount
    is the one we ordered, which the webhook repeats under TrueLayer's signature.
    """
    amount, currency = word(metadata.get(AMOUNT)), word(metadata.get(CURRENCY))
    if amount is None or currency is None or not amount.isdecimal() or not 0 < int(amount) <= MAX_MINOR:
        return Unclear("amount_unreadable")
    reference = word(event.get("payout_id"))
    back = SentBack(amount_minor=int(amount), currency=currency, code="returned", reference=reference)
    return AboutPayout(withdrawal_id=our_id(metadata.get(WITHDRAWAL)), word=back)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _facts(event: Mapping[str, Any]) -> dict[str, str | int | None]:
    metadata = section(event.get("metadata"))
    return {
        "our_reference": next(
            (ours for one in (DEPOSIT, WITHDRAWAL, REFUND) if (ours := word(metadata.get(one)))), None
        ),
        "reference": next((its for one in _NAMES if (its := word(event.get(one)))), None),
        "reason": word(event.get("failure_reason")),
        "stage": word(event.get("failure_stage")),
    }


def _check(load: Any, text: str, what: str, *, field: str = "settings.webhook_keys") -> None:
    try:
        load(text)
    except ValueError:
        raise Invalid(f"Not {what} of the curve P-521.", field=field) from None
