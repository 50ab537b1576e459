"""Skrill as a payment provider, for merchant accounts of the older kind: Quick Checkout, and transfers to wallets."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.domain import Invalid
from payments.application.dispute_port import DisputeFlow
from payments.application.ports import AboutDeposit, NotGenuine, Notification, ProviderAccount, Reply, Said, Unclear
from payments.application.refund_port import RefundFlow
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.reading import refuse_others, require_secret, require_text, require_url, word
from payments.strategies.providers.references import deposit_told
from payments.strategies.providers.skrill.calls import fields
from payments.strategies.providers.skrill.codes import CODES
from payments.strategies.providers.skrill.deposits import SkrillDeposits, word_of
from payments.strategies.providers.skrill.payouts import SkrillPayouts
from payments.strategies.providers.skrill.signature import FIELDS, is_signed

_SETTINGS = frozenset({"base_url", "checkout_url", "pay_to_email", "merchant_id", "signature", "payout_subject"})
_SECRETS = frozenset({"secret_word", "previous_secret_word", "api_password"})
_MERCHANT = re.compile(r"[0-9]{1,20}")
_WORD = 10
"""Characters of a secret word: Skrill takes no longer one (its guide to the Customer Verification Service)."""
_KINDS = {"2": "processed", "0": "pending", "-1": "cancelled", "-2": "failed", "-3": "chargeback"}


class Skrill(Acknowledging):
    """Skrill's older protocol.

    A casino's account: settings `base_url` and `checkout_url` (its servers), `pay_to_email`, `merchant_id`, `signature`
    (`sha2` or `md5`) and `payout_subject`; secrets `secret_word`, `previous_secret_word` (while a new one spreads) and
    `api_password`. Its Skrill account is kept in the currency of the deposits: reports are signed in that one alone.
    """

    name = "skrill"
    heard = Reply(b"", "text/plain")
    hosts = frozenset({"pay.skrill.com", "www.skrill.com"})
    identity = ("base_url", "pay_to_email", "merchant_id")

    codes = CODES

    def __init__(self) -> None:
        self.deposits = SkrillDeposits()
        self.payouts = SkrillPayouts()
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        if "checkout_url" in settings:
            require_url(settings, "checkout_url", within="settings")
        require_text(settings, "pay_to_email", within="settings", longest=100)
        if not _MERCHANT.fullmatch(require_text(settings, "merchant_id", within="settings")):
            raise Invalid("merchant_id is a number.", field="settings.merchant_id")
        if settings.get("signature", "sha2") not in FIELDS:
            raise Invalid(f"signature is one of {', '.join(FIELDS)}.", field="settings.signature")
        if "payout_subject" in settings:
            require_text(settings, "payout_subject", within="settings", longest=100)
        require_text(secrets, "api_password", within="secrets")
        for name in ("secret_word", *(one for one in ("previous_secret_word",) if one in secrets)):
            require_secret(secrets, name, shortest=_WORD)
        refuse_others(settings, _SETTINGS, within="settings")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self,
        account: ProviderAccount,
        raw: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 - Skrill signs inside the body
        now: datetime,
    ) -> Notification:
        report = fields(raw)
        words = tuple(account.secrets[one] for one in ("secret_word", "previous_secret_word") if one in account.secrets)
        if report is None or report.get("merchant_id") != account.settings["merchant_id"]:
            raise NotGenuine("the body is no report of this merchant")
        if not is_signed(str(account.settings.get("signature", "sha2")), words, report):
            raise NotGenuine("the signature is missing or wrong")
        reference, status = word(report.get("transaction_id")), report.get("status", "")
        return Notification(
            id=f"{reference}:{status}:{report.get('mb_amount', '')}"[:255],
            kind=_KINDS.get(status, "unknown"),
            said=_said(reference, report),
            said_at=now,
            facts={
                "our_reference": reference,
                "reference": word(report.get("mb_transaction_id")),
                "amount": word(report.get("mb_amount")),
                "currency": word(report.get("mb_currency")),
                "code": word(report.get("failed_reason_code")),
            },
            may_be_news=status == "2",
        )


def _said(reference: str | None, report: Mapping[str, str]) -> Said:
    if report.get("status") not in _KINDS:
        return Unclear("notification_not_handled")
    said = None if reference is None else word_of(reference, report)
    return Unclear("amount_unreadable") if said is None else AboutDeposit(deposit_id=deposit_told(reference), word=said)
