"""Trustly as a payment provider: deposits, payouts, and the notifications that decide them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.domain import Invalid
from contracts.money import MAX_MINOR, MoneyMistake, to_minor
from payments.application.dispute_port import DisputeFlow
from payments.application.instruments.ports import AboutInstrument
from payments.application.ports import (
    AboutPayout,
    MayTake,
    NotGenuine,
    Nothing,
    Notification,
    ProviderAccount,
    Reply,
    Said,
    Unclear,
)
from payments.domain.withdrawal.words import Confirmed, SentBack
from payments.strategies.providers.reading import refuse_others, require_text, require_url, section, word
from payments.strategies.providers.references import deposit_named, payout_named
from payments.strategies.providers.trustly import accounts
from payments.strategies.providers.trustly.codes import CODES
from payments.strategies.providers.trustly.deposits import TrustlyDeposits, about_end, about_money
from payments.strategies.providers.trustly.messages import algorithm
from payments.strategies.providers.trustly.payouts import TrustlyPayouts
from payments.strategies.providers.trustly.refunds import TrustlyRefunds, about_refund
from payments.strategies.providers.trustly.signature import (
    ALGORITHMS,
    Signed,
    Unreadable,
    parsed,
    private_key,
    public_key,
    sign,
    verify,
)

_SETTINGS = frozenset({"base_url", "username", "public_key", "algorithm", "shopper_statement"})
_SECRETS = frozenset({"password", "private_key"})
_PEM = 8_192
_LARGEST = 64 * 1024
"""Bytes of what Trustly tells; its messages have less than ten KiB, and all of one is put in order to verify it."""


class Trustly:
    """Trustly's protocol.

    A casino's account: settings `base_url`, `username`, `public_key` (Trustly's, PEM), `algorithm` (RS256 or SHA1)
    and `shopper_statement`; secrets `password` and `private_key` (ours, PEM).
    """

    name = "trustly"
    hosts = frozenset({"api.trustly.com", "test.trustly.com"})
    identity = ("base_url", "username")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = TrustlyDeposits()
        self.payouts = TrustlyPayouts()
        self.refunds = TrustlyRefunds()
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "username", within="settings")
        if settings.get("algorithm", ALGORITHMS[0]) not in ALGORITHMS:
            raise Invalid(f"algorithm is one of {', '.join(ALGORITHMS)}.", field="settings.algorithm")
        if "shopper_statement" in settings:
            require_text(settings, "shopper_statement", within="settings", longest=35)
        require_text(secrets, "password", within="secrets")
        _require_key(public_key, require_text(settings, "public_key", within="settings", longest=_PEM), "settings")
        _require_key(private_key, require_text(secrets, "private_key", within="secrets", longest=_PEM), "secrets")
        refuse_others(settings, _SETTINGS, within="settings")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self,
        account: ProviderAccount,
        raw: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 - Trustly signs inside the body
        now: datetime,
    ) -> Notification:
        if len(raw) > _LARGEST:
            raise NotGenuine("larger than anything Trustly sends")
        try:
            message = parsed(raw)
            params = section(message.get("params"))
            method, uuid, data = word(message.get("method")), word(params.get("uuid")), section(params.get("data"))
            key = str(account.settings["public_key"])
            if method is None or uuid is None:
                raise NotGenuine("the body is not a notification")
            signed = Signed(method, uuid, params.get("data"))
            if not verify(key, algorithm(account), params.get("signature"), signed):
                raise NotGenuine("the signature is missing or wrong")
        except Unreadable:
            raise NotGenuine("the body cannot be read") from None
        notification_id = word(data.get("notificationid"))
        return Notification(
            id=notification_id or uuid,
            kind=method,
            said=_said(method, data) if notification_id else Unclear("notification_unnumbered"),
            said_at=_moment(data.get("timestamp"), now),
            facts=_facts(data),
            ticket=uuid,
        )

    def answer_notification(self, account: ProviderAccount, notification: Notification, *, accepted: bool) -> Reply:
        method, uuid, data = notification.kind, notification.ticket, {"status": "OK" if accepted else "FAILED"}
        signature = sign(account.secrets["private_key"], algorithm(account), Signed(method, uuid, data))
        result = {"signature": signature, "uuid": uuid, "method": method, "data": data}
        return Reply(json.dumps({"result": result, "version": "1.1"}).encode())


def _said(method: str, data: Mapping[str, Any]) -> Said:
    """What a notification means. By our reference it is about a deposit, or about a payout."""
    deposit_id = deposit_named(data.get("messageid"))
    if method == "account":
        known, ours = accounts.told(data), deposit_id or payout_named(data.get("messageid"))
        return AboutInstrument(payment_id=ours, instrument=known) if known else Nothing()
    if method == "pending" and deposit_id is None:
        return Nothing()
    if method in ("pending", "cancel"):
        return about_end(method, deposit_id, data)
    if method not in ("payoutconfirmation", "payoutfailed", "credit", "debit"):
        return Unclear("notification_not_handled")
    money = _money(data)
    if money is None:
        return Unclear("amount_unreadable")
    if deposit_id is not None:
        return _of_deposit(method, deposit_id, data, *money)
    return _of_payout(method, data, *money)


def _of_deposit(method: str, deposit_id: UUID, data: Mapping[str, Any], amount_minor: int, currency: str) -> Said:
    """Of a refund that failed `payoutfailed` says why; that it comes back, `credit` says."""
    if method in ("credit", "debit"):
        return about_money(method, deposit_id, data, amount_minor, currency)
    return about_refund(data, amount_minor, currency) if method == "payoutconfirmation" else Nothing()


def _of_payout(method: str, data: Mapping[str, Any], amount_minor: int, currency: str) -> Said:
    ours = payout_named(data.get("messageid"))
    if method == "debit":
        return MayTake(withdrawal_id=ours, amount_minor=amount_minor, currency=currency)
    order = word(data.get("orderid"))
    if method == "payoutconfirmation":
        left = Confirmed(amount_minor=amount_minor, currency=currency, reference=order)
        return AboutPayout(withdrawal_id=ours, word=left)
    code = word(data.get("errorcode")) or ("credited_back" if method == "credit" else "payout_failed")
    back = SentBack(amount_minor=amount_minor, currency=currency, code=code, reference=order)
    return AboutPayout(withdrawal_id=ours, word=back)


def _money(data: Mapping[str, Any]) -> tuple[int, str] | None:
    amount, currency = word(data.get("amount")), word(data.get("currency"))
    if amount is None or currency is None:
        return None
    try:
        minor = to_minor(amount, currency)
    except MoneyMistake:
        return None
    return (minor, currency) if 0 < minor <= MAX_MINOR else None


def _moment(timestamp: object, now: datetime) -> datetime:
    """Trustly writes 2015-03-12 15:14:18.61671+00; what cannot be read is now."""
    try:
        moment = datetime.fromisoformat(str(timestamp))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return now


def _facts(data: Mapping[str, Any]) -> dict[str, str | int | None]:
    return {
        "our_reference": word(data.get("messageid")),
        "reference": word(data.get("orderid")),
        "amount": word(data.get("amount")),
        "currency": word(data.get("currency")),
        "code": word(data.get("errorcode")),
    }


def _require_key(load: Any, pem: str, within: str) -> None:
    name = "public_key" if within == "settings" else "private_key"
    try:
        key = load(pem)
    except ValueError:
        raise Invalid("Not an RSA key in PEM.", field=f"{within}.{name}") from None
    if key.key_size < 2_048:
        raise Invalid("An RSA key has at least 2048 bits.", field=f"{within}.{name}")
