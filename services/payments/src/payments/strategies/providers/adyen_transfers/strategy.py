"""Adyen's Transfers API as a payment provider: payouts, and the webhooks that say what becomes of them.

It is another product than the one deposits go through: another server, another key, webhooks signed over their bytes.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from chassis.domain import Invalid
from payments.application.dispute_port import DisputeFlow
from payments.application.ports import (
    AboutPayout,
    DepositFlow,
    NotGenuine,
    Nothing,
    Notification,
    ProviderAccount,
    Reply,
    Said,
    Unclear,
)
from payments.application.refund_port import RefundFlow
from payments.application.unreadable import unreadable
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.adyen.signature import is_key, mac
from payments.strategies.providers.adyen_transfers.codes import CODES
from payments.strategies.providers.adyen_transfers.payouts import PRIORITIES, AdyenTransfers, said_of
from payments.strategies.providers.reading import our_id, refuse_others, require_text, require_url, section, told, word

SIGNATURE_HEADER: Final = "hmacsignature"

_SETTINGS = frozenset({"base_url", "balance_account", "priority"})
_SECRETS = frozenset({"api_key", "hmac_key", "previous_hmac_key"})
_ABOUT_TRANSFERS = ("balancePlatform.transfer.created", "balancePlatform.transfer.updated")


class AdyenPayouts(Acknowledging):
    """The Transfers API's protocol.

    A casino's account: settings `base_url`, `balance_account` and, where transfers are not to be `regular`, `priority`;
    secrets `api_key`, `hmac_key` and, while that is being replaced, `previous_hmac_key`.
    """

    name = "adyen_transfers"
    heard = Reply(b"[accepted]", "text/plain")
    hosts = frozenset({"balanceplatform-api-test.adyen.com", "balanceplatform-api-live.adyen.com"})
    identity = ("base_url", "balance_account")

    codes = CODES

    def __init__(self) -> None:
        self.deposits: DepositFlow | None = None
        self.payouts = AdyenTransfers()
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "balance_account", within="settings")
        if settings.get("priority", PRIORITIES[0]) not in PRIORITIES:
            raise Invalid(f"priority is one of {', '.join(PRIORITIES)}.", field="settings.priority")
        refuse_others(settings, _SETTINGS, within="settings")
        require_text(secrets, "api_key", within="secrets")
        for one in ("hmac_key", *({"previous_hmac_key"} & secrets.keys())):
            if not is_key(require_text(secrets, one, within="secrets")):
                raise Invalid("An HMAC key has 64 hexadecimal digits.", field=f"secrets.{one}")
        refuse_others(secrets, _SECRETS, within="secrets")

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        given = headers.get(SIGNATURE_HEADER, "").encode(errors="replace")
        keys = [account.secrets[one] for one in ("hmac_key", "previous_hmac_key") if one in account.secrets]
        if not any(hmac.compare_digest(mac(key, raw).encode(), given) for key in keys):
            raise NotGenuine("the signature is missing or wrong")
        event = section(told(raw))
        kind, transfer = word(event.get("type")), section(event.get("data"))
        if kind is None:
            return unreadable(raw, now)
        if kind not in _ABOUT_TRANSFERS:
            known_as, said = unreadable(raw, now).id, Unclear("event_not_handled")
            return Notification(id=known_as, kind=kind, said=said, said_at=now, facts=_facts(transfer))
        reference, status = word(transfer.get("id")), word(transfer.get("status"))
        if reference is None or status is None:
            return unreadable(raw, now)
        return Notification(
            id=f"{reference}:{status}:{_sequence(transfer)}"[:255],
            kind=kind,
            said=_said(account, transfer),
            said_at=now,
            facts=_facts(transfer),
        )


def _said(account: ProviderAccount, transfer: Mapping[str, Any]) -> Said:
    """Webhooks tell of every balance account there is, and of what comes in: that is not ours to know."""
    ours = section(transfer.get("balanceAccount")).get("id") == account.settings["balance_account"]
    if not ours or (transfer.get("direction"), transfer.get("category")) != ("outgoing", "bank"):
        return Nothing()
    said = said_of(transfer)
    if said is None:
        return Unclear("amount_unreadable")
    return AboutPayout(withdrawal_id=our_id(transfer.get("reference")), word=said)


def _sequence(transfer: Mapping[str, Any]) -> str:
    """Which of a transfer's webhooks it is; the same status may be told of more than once."""
    number = transfer.get("sequenceNumber")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""


def _facts(transfer: Mapping[str, Any]) -> dict[str, str | int | None]:
    amount = section(transfer.get("amount"))
    value = amount.get("value")
    return {
        "reference": word(transfer.get("id")),
        "our_reference": str(our_id(transfer.get("reference")) or "") or None,
        "status": word(transfer.get("status")),
        "code": word(transfer.get("reason")),
        "amount": value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None,
        "currency": word(amount.get("currency")),
    }
