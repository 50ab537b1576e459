"""Paysafe as a payment provider: the Payments API, and webhooks that make us ask."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from payments.application.dispute_port import DisputeFlow
from payments.application.look_port import LookAtDeposit, LookAtPayout, LookAtRefund, Told
from payments.application.ports import (
    NotGenuine,
    Nothing,
    Notification,
    ProviderAccount,
    Reply,
    Said,
    Unclear,
)
from payments.application.unreadable import unreadable
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.paysafe.codes import CODES
from payments.strategies.providers.paysafe.deposits import PaysafeDeposits
from payments.strategies.providers.paysafe.payouts import PaysafePayouts
from payments.strategies.providers.paysafe.refunds import PaysafeRefunds
from payments.strategies.providers.paysafe.signature import is_signed
from payments.strategies.providers.reading import (
    our_id,
    refuse_others,
    require_secret,
    require_text,
    require_url,
    section,
    told,
    word,
)
from payments.strategies.providers.references import deposit_named, payout_named

_SETTINGS = frozenset({"base_url", "username", "account_id"})
_SECRETS = frozenset({"password", "hmac_key", "previous_hmac_key"})
_DEPOSITS = ("PAYMENT_", "SETTLEMENT_")
_PAYOUTS = ("SA_CREDIT_",)
_REFUNDS = "REFUND_"
_TOLD = {
    "PAYMENT_COMPLETED": Told.DONE,
    "SETTLEMENT_COMPLETED": Told.DONE,
    "SA_CREDIT_COMPLETED": Told.DONE,
    "SA_CREDIT_FAILED": Told.UNDONE,
    "SA_CREDIT_CANCELLED": Told.UNDONE,
    "SA_CREDIT_EXPIRED": Told.UNDONE,
    "SA_CREDIT_ERRORED": Told.UNDONE,
    "REFUND_COMPLETED": Told.DONE,
    "REFUND_FAILED": Told.UNDONE,
    "REFUND_CANCELLED": Told.UNDONE,
    "REFUND_ERRORED": Told.UNDONE,
}
_ENDS = ("PAYABLE", "PROCESSING", "PENDING", "COMPLETED", "EXPIRED", "FAILED", "CANCELLED", "ERRORED")


class Paysafe(Acknowledging):
    """Paysafe's protocol.

    A casino's account: settings `base_url`, `username` and, where there are several of a currency, `account_id`;
    secrets `password` (of the API key, as the name), `hmac_key` and `previous_hmac_key` (of webhooks, while a new one
    spreads).
    """

    name = "paysafe"
    heard = Reply(b"{}")
    hosts = frozenset({"api.paysafe.com", "api.test.paysafe.com"})
    identity = ("base_url", "username", "account_id")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = PaysafeDeposits()
        self.payouts = PaysafePayouts()
        self.refunds = PaysafeRefunds()
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "username", within="settings")
        if "account_id" in settings:
            require_text(settings, "account_id", within="settings", longest=40)
        require_text(secrets, "password", within="secrets")
        for name in ("hmac_key", *(one for one in ("previous_hmac_key",) if one in secrets)):
            require_secret(secrets, name)
        refuse_others(settings, _SETTINGS, within="settings")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        keys = tuple(account.secrets[name] for name in ("hmac_key", "previous_hmac_key") if name in account.secrets)
        if not is_signed(keys, raw, headers.get("signature", "")):
            raise NotGenuine("the signature is missing or wrong")
        body = told(raw)
        if body is None:
            return unreadable(raw, now)
        payload, kind = section(body.get("payload")), word(body.get("eventType")) or "unknown"
        ours = word(payload.get("merchantRefNum"))
        about = word(payload.get("id")) or word(body.get("resourceId")) or ours or "nothing"
        return Notification(
            id=f"{about}:{kind}"[:255],
            kind=kind,
            said=_said(kind, payload),
            said_at=_moment(body.get("eventDate"), now),
            facts={"our_reference": ours, "reference": word(payload.get("id")), "status": word(payload.get("status"))},
        )


def _said(kind: str, payload: Mapping[str, Any]) -> Said:
    """Which money it is about; what became of that, the look-up tells."""
    told, reference = _TOLD.get(kind), payload.get("merchantRefNum")
    if kind.startswith(_REFUNDS):  # Whatever it is called: it is asked about.
        return LookAtRefund(refund_id=our_id(reference), reference=word(payload.get("id")), told=told)
    if not kind.endswith(_ENDS):
        return Unclear("notification_not_handled")
    if kind.startswith(_PAYOUTS):
        return LookAtPayout(withdrawal_id=payout_named(reference), told=told)
    if kind.startswith("PAYMENT_HANDLE_") and payout_named(reference) is not None:
        return Nothing()  # We go on from the handle of a payout by ourselves.
    return (
        LookAtDeposit(deposit_id=deposit_named(reference), told=told)
        if kind.startswith(_DEPOSITS)
        else Unclear("notification_not_handled")
    )


def _moment(value: object, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return now
