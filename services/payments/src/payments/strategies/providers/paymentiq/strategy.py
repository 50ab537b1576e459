"""PaymentIQ as an inverted cashier: it calls `verifyuser`, `authorize`, `transfer` and `cancel`.

It has an account like a provider. Deposits are never begun with it from our side; payouts are, where people approve
them (`withdrawal/process`), and it asks us about those as about any other.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from chassis.auth.networks import comes_from
from chassis.domain import Invalid
from payments.application.dispute_port import DisputeFlow
from payments.application.inverted import CashierCall, Step, Verdict
from payments.application.ports import (
    DepositFlow,
    NotGenuine,
    Notification,
    ProviderAccount,
    Reply,
)
from payments.application.refund_port import RefundFlow
from payments.strategies.providers.paymentiq.codes import CODES
from payments.strategies.providers.paymentiq.messages import answer, call_of, code_said, order_of, parsed
from payments.strategies.providers.paymentiq.payouts import PaymentIQPayouts, check_currency
from payments.strategies.providers.paymentiq.signature import is_signed
from payments.strategies.providers.reading import refuse_others, require_secret, require_text, require_url

_SETTINGS = frozenset({"base_url", "merchant_id", "allowed_networks"})
_SECRETS = frozenset({"signing_secret", "previous_signing_secret"})


class PaymentIQ:
    """PaymentIQ's protocol.

    A casino's account: settings `base_url` (its server), `merchant_id` and `allowed_networks` (from where
    it may call, with commas); secrets `signing_secret` and `previous_signing_secret` (while a new one spreads), shared
    with the proxy that signs its calls.
    """

    name = "paymentiq"
    hosts = frozenset({"api.paymentiq.io", "test-api.paymentiq.io"})
    identity = ("base_url", "merchant_id")

    codes = CODES

    def __init__(self) -> None:
        self.deposits: DepositFlow | None = None
        self.payouts = PaymentIQPayouts()
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        require_text(settings, "merchant_id", within="settings", longest=40)
        try:
            networks = [ip_network(one) for one in _networks(settings)]
        except ValueError:
            raise Invalid("Networks as 192.0.2.0/24, with commas.", field="settings.allowed_networks") from None
        if not networks or any(one.prefixlen == 0 for one in networks):
            raise Invalid("Name the networks it calls from.", field="settings.allowed_networks")
        for name in ("signing_secret", *(one for one in ("previous_signing_secret",) if one in secrets)):
            require_secret(secrets, name)
        refuse_others(settings, _SETTINGS, within="settings")
        refuse_others(secrets, _SECRETS, within="secrets")

    def check_currency(self, currency: str) -> None:
        check_currency(currency)

    def read_call(
        self,
        account: ProviderAccount,
        step: Step,
        raw: bytes,
        headers: Mapping[str, str],
        ip: str | None,
        now: datetime,
    ) -> CashierCall:
        names = ("signing_secret", "previous_signing_secret")
        secrets = tuple(account.secrets[name] for name in names if name in account.secrets)
        header = headers.get("x-signature", "")
        if not comes_from(_networks(account.settings), ip):
            raise NotGenuine("it comes from elsewhere")
        if not is_signed(secrets, account.casino_id, step, raw, header, now):
            raise NotGenuine("the signature is missing, wrong or old")
        body = parsed(raw)
        call, order = call_of(step, body), order_of(secrets, account.casino_id, step, body)
        if call.movement is not None:
            movement = replace(call.movement, order=order, approved_as=code_said(step, body))
            return replace(call, movement=movement)
        return replace(call, order=order)

    def answer_call(self, call: CashierCall, verdict: Verdict) -> Reply:
        return Reply(answer(call, verdict))

    def frontend(self, account: ProviderAccount) -> Mapping[str, Any]:
        return {"merchant_id": account.settings["merchant_id"], "base_url": account.settings["base_url"]}

    def read_notification(
        self,
        account: ProviderAccount,  # noqa: ARG002 - it calls, and tells nothing beside
        raw: bytes,  # noqa: ARG002
        headers: Mapping[str, str],  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> Notification:
        raise NotGenuine("it sends no notifications")

    def answer_notification(
        self,
        account: ProviderAccount,  # noqa: ARG002
        notification: Notification,  # noqa: ARG002
        *,
        accepted: bool,  # noqa: ARG002
    ) -> Reply:
        return Reply(b"")


def _networks(settings: Mapping[str, Any]) -> list[str]:
    return [one.strip() for one in str(settings.get("allowed_networks", "")).split(",") if one.strip()]
