"""Money back through Paysafe: a refund of the settlement of a payment, found again by our reference.

Source: developer.paysafe.com, "Payments API", and Paysafe's own SDK for it (`RefundService`):
POST /settlements/{settlementId}/refunds, GET /refunds/{id}, GET /refunds?merchantRefNum=. A payment that was settled as
it was made has its own id as that of its settlement. Of two orders with one `merchantRefNum` one is taken (`dupCheck`).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.application.refund_port import RefundOrder
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused, Unanswered
from payments.strategies.providers.paysafe.calls import (
    MADE,
    error_of,
    fetch,
    listed,
    money_of,
    post,
    refusal,
)
from payments.strategies.providers.reading import decoded_object, word

_OVER = {"FAILED": "refund_failed", "ERROR": "refund_errored", "CANCELLED": "refund_cancelled", "EXPIRED": "expired"}
_NOTHING_THERE = "error_5269"
_NOT_FOUND = 404


class PaysafeRefunds:
    """The refund flow."""

    def build_call(self, account: ProviderAccount, order: RefundOrder) -> HttpCall:
        body = {"merchantRefNum": str(order.refund_id), "amount": order.amount_minor, "dupCheck": True}
        return post(account, f"settlements/{quote(order.payment, safe='')}/refunds", body)

    def parse_answer(self, answer: HttpAnswer | None) -> RefundWord:
        code = refusal(answer)
        if code is not None:
            return Refused(code=code)
        made = decoded_object(answer) if answer is not None and answer.status in MADE else None
        return _word_of(made) if made else Unanswered()

    def build_question(self, account: ProviderAccount, order: RefundOrder, reference: str | None) -> HttpCall:
        if reference is not None:
            return fetch(account, f"refunds/{quote(reference, safe='')}")
        return fetch(account, f"refunds?merchantRefNum={order.refund_id}")

    def parse_question(self, order: RefundOrder, answer: HttpAnswer | None) -> RefundWord | NotThere:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status == _NOT_FOUND and error_of(body) == _NOTHING_THERE:
            return NotThere()
        found = listed(answer, "refunds")
        if found is not None:
            return _found(order, found)
        return _ours(order, body) if answer.status in MADE else Unanswered()


def _found(order: RefundOrder, found: list[Mapping[str, Any]]) -> RefundWord | NotThere:
    """Of two under one reference none is believed."""
    if not found:
        return NotThere()
    return _ours(order, found[0]) if len(found) == 1 else Unanswered()


def _ours(order: RefundOrder, refund: Mapping[str, Any]) -> RefundWord:
    return _word_of(refund, order) if refund.get("merchantRefNum") == str(order.refund_id) else Unanswered()


def _word_of(refund: Mapping[str, Any], order: RefundOrder | None = None) -> RefundWord:
    """A list tells no currency, which is that of the payment. A status that nobody knows is undecided."""
    reference, status = word(refund.get("id")), refund.get("status")
    if reference is None:
        return Unanswered()
    if status in _OVER:
        return Refused(reference=reference, code=error_of(refund) or _OVER[str(status)])
    told = refund if order is None else {"currencyCode": order.currency, **refund}
    money = money_of(told)
    if status == "COMPLETED" and money is not None:
        return Refunded(reference=reference, amount_minor=money[0], currency=money[1])
    return Accepted(reference=reference)
