"""CoinGate as a payment provider: orders, and the callbacks that say when to look at one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from payments.application.dispute_port import DisputeFlow
from payments.application.look_port import LookAtDeposit, Told
from payments.application.ports import (
    NotGenuine,
    Notification,
    PayoutFlow,
    ProviderAccount,
    Unclear,
)
from payments.application.refund_port import RefundFlow
from payments.application.unreadable import unreadable
from payments.strategies.providers.acknowledging import Acknowledging
from payments.strategies.providers.coingate.codes import CODES
from payments.strategies.providers.coingate.deposits import CoinGateDeposits
from payments.strategies.providers.coingate.orders import STATUSES
from payments.strategies.providers.coingate.token import is_token_of
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

_MOST_FIELDS = 200
_TOLD = {
    "paid": Told.DONE,
    "invalid": Told.UNDONE,
    "refunded": Told.UNDONE,
    "partially_refunded": Told.UNDONE,
}


class CoinGate(Acknowledging):
    """API v2.

    A casino's account: settings `base_url` and `receive_currency`; secrets `api_token` and `callback_secret`, which is
    ours alone: the tokens of callbacks follow from it.
    """

    name = "coingate"
    hosts = frozenset({"api.coingate.com", "api-sandbox.coingate.com"})
    identity = (
        "base_url",
    )  # The customer himself is told by the token of the API, which is secret and may be rotated.

    codes = CODES

    def __init__(self) -> None:
        self.deposits = CoinGateDeposits()
        self.payouts: PayoutFlow | None = None
        self.refunds: RefundFlow | None = None
        self.disputes: DisputeFlow | None = None

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        require_url(settings, "base_url", within="settings")
        if "receive_currency" in settings:
            require_text(settings, "receive_currency", within="settings", longest=20)
        refuse_others(settings, frozenset({"base_url", "receive_currency"}), within="settings")
        require_text(secrets, "api_token", within="secrets")
        require_secret(secrets, "callback_secret")
        refuse_others(secrets, frozenset({"api_token", "callback_secret"}), within="secrets")

    def read_notification(
        self,
        account: ProviderAccount,
        raw: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 - whether it is a form or JSON, it says itself
        now: datetime,
    ) -> Notification:
        """Its token vouches for the order's id alone: status and amounts could be anybody's, and are asked for."""
        told = _told(raw)
        reference, token = word(told.get("order_id")), word(told.get("token"))
        if reference is None or token is None:
            raise NotGenuine("there is no token")
        if not is_token_of(token, account.secrets["callback_secret"], reference):
            raise NotGenuine("the token is not the order's")
        number, status = word(str(told.get("id", ""))), word(told.get("status"))
        if number is None or status is None:
            return unreadable(raw, now)
        known = status in STATUSES
        return Notification(
            id=f"{number}:{status}"[:255],
            kind=status,
            said=LookAtDeposit(deposit_id=our_id(reference), told=_TOLD.get(status))
            if known
            else Unclear("status_not_handled"),
            said_at=now,
            facts={
                "our_reference": reference,
                "reference": number,
                "status": status,
                "amount": word(told.get("price_amount")),
                "currency": word(told.get("price_currency")),
            },
        )


def _told(raw: bytes) -> Mapping[str, Any]:
    """The callback, which is JSON or a form, as the account there is set up."""
    try:
        if raw.lstrip().startswith(b"{"):
            return section(told(raw))
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise NotGenuine("the body cannot be read") from None
