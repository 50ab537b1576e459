"""BTCPay Server as a payment provider: invoices, payouts, and the webhooks that say when to look."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.domain import Invalid
from payments.application.dispute_port import DisputeFlow
from payments.application.look_port import LookAtDeposit, Told
from payments.application.ports import (
    NotGenuine,
    Nothing,
    Notification,
    ProviderAccount,
    Said,
    Unclear,
)
from payments.application.refund_port import RefundFlow
from payments.application.unreadable import unreadable
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.btcpay.codes import CODES
from payments.strategies.providers.btcpay.deposits import REFERENCE, BtcpayDeposits
from payments.strategies.providers.btcpay.payouts import BtcpayPayouts
from payments.strategies.providers.btcpay.signature import verified
from payments.strategies.providers.reading import (
    our_id,
    refuse_others,
    require_secret,
    require_text,
    require_url,
    section,
    told,
    unix_moment,
    word,
)

SIGNATURE_HEADER = "btcpay-sig"

_SETTINGS = frozenset({"base_url", "store_id", "approve_payouts"})
_SECRETS = frozenset({"api_key", "webhook_secret"})

_ABOUT_MONEY = frozenset(
    {
        "InvoiceReceivedPayment",
        "InvoicePaymentSettled",
        "InvoiceProcessing",
        "InvoiceSettled",
        "InvoiceExpired",
        "InvoiceExpiredPaidPartial",
        "InvoicePaidAfterExpiration",
        "InvoiceInvalid",
    }
)
_WITHOUT_CONSEQUENCE = frozenset({"InvoiceCreated", "PayoutCreated", "PayoutApproved", "PayoutUpdated"})
"""A webhook about a payout names none of ours: a payout that is on its way is asked about without being told to."""


class Btcpay(Acknowledging):
    """The Greenfield API.

    A casino's account: settings `base_url`, `store_id` and `approve_payouts` (true: the server sends what was approved
    here; by default somebody approves it there, too); secrets `api_key` and `webhook_secret`.
    """

    name = "btcpay"
    hosts: frozenset[str] = frozenset()  # Everybody has his own: the operator lists it in PARTNER_HOSTS.
    identity = ("base_url", "store_id")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = BtcpayDeposits()
        self.payouts = BtcpayPayouts()
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "store_id", within="settings")
        if settings.get("approve_payouts", "false") not in ("true", "false"):
            raise Invalid("approve_payouts is true or false.", field="settings.approve_payouts")
        refuse_others(settings, _SETTINGS, within="settings")
        require_text(secrets, "api_key", within="secrets")
        require_secret(secrets, "webhook_secret")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        if not verified(headers.get(SIGNATURE_HEADER, ""), account.secrets["webhook_secret"], raw):
            raise NotGenuine("the signature is missing or wrong")
        event = section(told(raw))
        delivery = word(event.get("originalDeliveryId")) or word(event.get("deliveryId"))
        kind = word(event.get("type"))
        if delivery is None or kind is None:
            return unreadable(raw, now)
        return Notification(
            id=delivery,
            kind=kind,
            said=_said(kind, event),
            said_at=unix_moment(event.get("timestamp"), now),
            facts=_facts(event),
        )


def _said(kind: str, event: Mapping[str, Any]) -> Said:
    if kind in _WITHOUT_CONSEQUENCE:
        return Nothing()
    if kind == "InvoiceSettled" and event.get("manuallyMarked") is True:
        return Unclear("settled_by_hand")  # Somebody there says it is paid; what was received says the chain alone.
    if kind in _ABOUT_MONEY:
        settled = Told.DONE if kind == "InvoiceSettled" else None
        return LookAtDeposit(deposit_id=our_id(section(event.get("metadata")).get(REFERENCE)), told=settled)
    return Unclear("event_not_handled")


def _facts(event: Mapping[str, Any]) -> dict[str, str | int | None]:
    return {
        "our_reference": word(section(event.get("metadata")).get(REFERENCE)),
        "reference": word(event.get("invoiceId")) or word(event.get("payoutId")),
        "store": word(event.get("storeId")),
        "state": word(event.get("payoutState")),
    }
