"""Praxis as a payment provider: sessions of its cashier, and the notifications that say when to look at one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from payments.application.dispute_port import DisputeFlow
from payments.application.look_port import LookAtDeposit, LookAtPayout, Told
from payments.application.ports import (
    NotGenuine,
    Notification,
    ProviderAccount,
    Reply,
    Said,
    Unclear,
)
from payments.application.refund_port import RefundFlow
from payments.application.unreadable import unreadable
from payments.strategies.providers.praxis.codes import CODES
from payments.strategies.providers.praxis.deposits import CAME_TO_NOTHING, TAKEN_BACK, PraxisDeposits
from payments.strategies.providers.praxis.payouts import INTENT, PraxisPayouts
from payments.strategies.providers.praxis.signature import HEADER, VERSION, parsed, signature, signed_with
from payments.strategies.providers.reading import (
    our_id,
    refuse_others,
    require_secret,
    require_text,
    require_url,
    section,
    word,
)
from payments.strategies.providers.references import deposit_told

AHEAD = timedelta(minutes=5)
"""How far the clocks may be apart."""

DELIVERED_WITHIN = timedelta(days=1)
"""It is not said how long one is sent again; what is older, its answer to our question tells as well."""

_SETTINGS = frozenset({"base_url", "merchant_id", "application_key", "payout_gateway"})
_SECRETS = frozenset({"merchant_secret", "previous_merchant_secret"})
_KNOWN = CAME_TO_NOTHING | TAKEN_BACK | {"pending", "pending_async", "authorized", "approved", "initialized"}
_OF_PAYOUTS = frozenset({"requested", "in progress", "verification", "split", "canceled"})
_TOLD = {"approved": Told.DONE} | dict.fromkeys(TAKEN_BACK, Told.UNDONE)


class Praxis:
    """Version 1.3 of the API.

    A casino's account: settings `base_url`, `merchant_id`, `application_key` and, if payouts need one named,
    `payout_gateway`; secrets `merchant_secret` and, while that is being replaced, `previous_merchant_secret`.
    """

    name = "praxis"
    hosts = frozenset({"gw.praxisgate.com", "pci-gw-test.praxispay.com"})
    identity = ("base_url", "merchant_id", "application_key")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = PraxisDeposits()
        self.payouts = PraxisPayouts()
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "merchant_id", within="settings", longest=50)
        require_text(settings, "application_key", within="settings", longest=32)
        if "payout_gateway" in settings:
            require_text(settings, "payout_gateway", within="settings", longest=32)
        refuse_others(settings, _SETTINGS, within="settings")
        for name in ("merchant_secret", *({"previous_merchant_secret"} & secrets.keys())):
            require_secret(secrets, name)
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        try:
            message = parsed(raw)
        except ValueError:
            raise NotGenuine("the body cannot be read") from None
        given = headers.get(HEADER.lower(), "")
        ours = [message.get(name) == account.settings[name] for name in ("merchant_id", "application_key")]
        secret = signed_with(account.secrets, message, given)
        if secret is None or not all(ours):
            raise NotGenuine("the signature is missing or wrong")
        sent_at = _moment(message.get("timestamp"))
        if sent_at is None or not -AHEAD <= now - sent_at <= DELIVERED_WITHIN:
            raise NotGenuine("it was not sent lately")
        ticket = str(int(now.timestamp()))
        session, transaction = section(message.get("session")), section(message.get("transaction"))
        kind = word(transaction.get("transaction_status")) or word(session.get("session_status"))
        if kind is None:
            return replace(unreadable(raw, now), ticket=ticket, signed_with=secret)
        return Notification(
            id=f"{given}:{kind if kind in _KNOWN | _OF_PAYOUTS else 'other'}",
            kind=kind,
            said=_said(session, transaction),
            said_at=min(sent_at, now),
            facts=_facts(session, transaction),
            ticket=ticket,
            signed_with=secret,
        )

    def answer_notification(self, account: ProviderAccount, notification: Notification, *, accepted: bool) -> Reply:
        status, at = (0 if accepted else 1), int(notification.ticket)
        told = {"status": status, "description": "OK" if accepted else "Refused", "version": VERSION, "timestamp": at}
        signed = signature(account.secrets[notification.signed_with], (status, at))
        return Reply(json.dumps(told).encode(), headers={HEADER: signed})


def _said(session: Mapping[str, Any], transaction: Mapping[str, Any]) -> Said:
    """Neither states nor types are signed: whatever a notification says of them, the order is asked for."""
    kind, told = transaction.get("transaction_type"), _TOLD.get(str(transaction.get("transaction_status")))
    if kind == "refund":
        return Unclear("event_not_handled")
    if session.get("intent") == INTENT or kind == "payout":
        return LookAtPayout(withdrawal_id=our_id(session.get("order_id")), told=told)
    if transaction and transaction.get("transaction_status") not in _KNOWN:
        return Unclear("status_not_handled")
    return LookAtDeposit(deposit_id=deposit_told(session.get("order_id")), told=told)


def _moment(seconds: object) -> datetime | None:
    """When it was sent: whole seconds since 1970, as they were written."""
    text = word(seconds)
    fits = text is not None and text.isdecimal() and len(text) <= 11
    return datetime.fromtimestamp(int(text), UTC) if fits and text is not None else None


def _facts(session: Mapping[str, Any], transaction: Mapping[str, Any]) -> dict[str, str | int | None]:
    return {
        "our_reference": word(session.get("order_id")),
        "reference": word(transaction.get("tid")),
        "type": word(transaction.get("transaction_type")),
        "status": word(transaction.get("transaction_status")),
        "amount": word(transaction.get("amount")),
        "currency": word(transaction.get("currency")),
    }
