"""Money back through Adyen: a refund of the payment. The call is answered with "received"; what came of it, a webhook
says.

Source: docs.adyen.com, "Refund", and the public OpenAPI description of Checkout v71. There is no call that asks where a
refund stands: the same order, with the same key, is the question.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from payments.application.ports import (
    AboutDeposit,
    AboutRefund,
    HttpAnswer,
    HttpCall,
    Nothing,
    NotThere,
    ProviderAccount,
    Said,
    Unclear,
)
from payments.application.refund_port import RefundOrder
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused, Unanswered
from payments.strategies.providers.adyen.amounts import from_wire, to_wire
from payments.strategies.providers.adyen.links import VERSION
from payments.strategies.providers.reading import decoded_object, our_id, section, word

_TAKEN = 201
_REFUSED_AS_IT_IS = (400, 422)
_BEING_HANDLED = "704"
"""The same key is being worked on, or was: what came of it is not said."""

REFUND_KINDS = frozenset({"REFUND", "REFUND_FAILED", "REFUNDED_REVERSED"})


class AdyenRefunds:
    """The refund flow."""

    def build_call(self, account: ProviderAccount, order: RefundOrder) -> HttpCall:
        body = {
            "merchantAccount": account.settings["merchant_account"],
            "amount": {"value": to_wire(order.amount_minor, order.currency), "currency": order.currency},
            "reference": str(order.refund_id),
        }
        key = str(order.refund_id)
        headers = {
            "X-API-Key": account.secrets["api_key"],
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        base = str(account.settings["base_url"]).rstrip("/")
        url = f"{base}/{VERSION}/payments/{quote(order.payment, safe='')}/refunds"
        return HttpCall("POST", url, headers, json.dumps(body).encode(), key)

    def parse_answer(self, answer: HttpAnswer | None) -> RefundWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        reference = word(body.get("pspReference"))
        if answer.status == _TAKEN and body.get("status") == "received" and reference is not None:
            return Accepted(reference=reference)
        code = word(body.get("errorCode"))
        if code is None or code == _BEING_HANDLED or answer.status not in _REFUSED_AS_IT_IS:
            return Unanswered()
        return Refused(code=f"error_{code}")

    def build_question(self, account: ProviderAccount, order: RefundOrder, reference: str | None) -> None:  # noqa: ARG002
        return None

    def parse_question(self, order: RefundOrder, answer: HttpAnswer | None) -> RefundWord | NotThere:  # noqa: ARG002
        return Unanswered()


def said_of_refund(kind: str, item: Mapping[str, Any], *, success: bool) -> Said:
    """What became of a refund: of the one we ordered, or else of one that was made at Adyen.

    A refund of ours has our reference of it; one made there that of the payment. REFUND that was no success never took
    anything; what failed or came back after it, did.
    """
    movement, payment = word(item.get("pspReference")), word(item.get("originalReference"))
    amount = section(item.get("amount"))
    currency = word(amount.get("currency")) or ""
    minor = from_wire(amount.get("value"), currency) if currency else None
    if movement is None or payment is None:
        return Unclear("reference_unreadable")
    if minor is None:
        return Unclear("amount_unreadable")
    money: dict[str, Any] = {"movement": movement, "amount_minor": minor, "currency": currency}
    if kind == "REFUND" and success:
        said: RefundWord = Refunded(reference=movement, amount_minor=minor, currency=currency)
        others = AboutDeposit(deposit_id=None, word=TakenBack(reference=payment, code="refunded", **money))
        return _of(item, said, others)
    said = Refused(reference=movement, code=kind.lower())
    if kind == "REFUND":
        return _of(item, said, Nothing())
    if not success:
        return Nothing()
    return _of(item, said, AboutDeposit(deposit_id=None, word=GivenBack(reference=payment, code=kind.lower(), **money)))


def _of(item: Mapping[str, Any], said: RefundWord, others: AboutDeposit | Nothing) -> Said:
    ours = our_id(item.get("merchantReference"))
    return others if ours is None else AboutRefund(refund_id=ours, word=said, else_=others)
