"""Money back through Stripe: create a Refund of the PaymentIntent, ask what became of it.

Source: docs.stripe.com/api/refunds. Whoever was not answered finds his refund among those of the payment, by our id in
its metadata: lists of Stripe's are complete at once, unlike its search.
"""

from typing import Any
from urllib.parse import quote, urlencode

from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.application.refund_port import RefundOrder
from payments.domain.refund.words import Refunded, RefundWord, Refused, Unanswered
from payments.strategies.providers.reading import decoded_object, section
from payments.strategies.providers.stripe.amounts import to_wire
from payments.strategies.providers.stripe.calls import (
    DEFINITE_ERRORS,
    SAY_NOTHING_OF_EARLIER_CALLS,
    base,
    form_headers,
    headers_of,
)
from payments.strategies.providers.stripe.intents import error_code
from payments.strategies.providers.stripe.refunds import REFERENCE, refund_of, word_of

_PAGE = 100
"""The most that Stripe puts on one page of a list."""


class StripeRefunds:
    """The refund flow."""

    def build_call(self, account: ProviderAccount, order: RefundOrder) -> HttpCall:
        form = {
            "payment_intent": order.payment,
            "amount": str(to_wire(order.amount_minor, order.currency)),
            "reason": "requested_by_customer",
            f"metadata[{REFERENCE}]": str(order.refund_id),
            "metadata[order_id]": str(order.deposit_id),
        }
        key = str(order.refund_id)
        url = f"{base(account)}/v1/refunds"
        return HttpCall("POST", url, form_headers(account, key), urlencode(form).encode(), key)

    def parse_answer(self, answer: HttpAnswer | None) -> RefundWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status == 200 and body.get("object") == "refund":
            return word_of(body) or Unanswered()
        error = section(body.get("error"))
        definite = 400 <= answer.status < 500 and answer.status not in (409, 429, *SAY_NOTHING_OF_EARLIER_CALLS)
        if definite and error.get("type") in DEFINITE_ERRORS:
            return Refused(code=error_code(error))
        return Unanswered()

    def build_question(self, account: ProviderAccount, order: RefundOrder, reference: str | None) -> HttpCall:
        if reference is not None:
            url = f"{base(account)}/v1/refunds/{quote(reference, safe='')}"
            return HttpCall("GET", url, headers_of(account))
        query = urlencode({"payment_intent": order.payment, "limit": str(_PAGE)})
        return HttpCall("GET", f"{base(account)}/v1/refunds?{query}", headers_of(account))

    def parse_question(self, order: RefundOrder, answer: HttpAnswer | None) -> RefundWord | NotThere:
        body = decoded_object(answer)
        if answer is None or body is None or answer.status != 200:
            return Unanswered()
        if body.get("object") == "refund":
            return word_of(body) or Unanswered()
        items = body.get("data")
        if body.get("object") != "list" or not isinstance(items, list):
            return Unanswered()
        return _ours(order, [section(one) for one in items], whole=body.get("has_more") is False)


def _ours(order: RefundOrder, found: list[Any], *, whole: bool) -> RefundWord | NotThere:
    """Ours among the refunds of a payment. Were there several, one that took money must not be overlooked."""
    words = [said for one in found if refund_of(one) == order.refund_id and (said := word_of(one))]
    done = [said for said in words if isinstance(said, Refunded)]
    return next(iter([*done, *words]), NotThere() if whole else Unanswered())
