"""Money back through TrueLayer: a refund of a payment into the merchant account, to the account it was paid from.

Source: docs.truelayer.com, "Refund a payment" (POST /v3/payments/{id}/refunds), "Payout and refund statuses" and
"Refund webhooks", and TrueLayer's own .NET client. A payment has a list of its refunds, in which ours is found by our
id in its metadata. One that was executed may fail afterwards: the bank returned it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from payments.application.look_port import LookAtRefund, Told
from payments.application.ports import AboutRefund, HttpAnswer, HttpCall, NotThere, ProviderAccount, Said, Unclear
from payments.application.refund_port import RefundOrder
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused, Unanswered
from payments.strategies.providers.reading import decoded_object, our_id, section, word
from payments.strategies.providers.truelayer.calls import ask_for, refusal
from payments.strategies.providers.truelayer.calls import order as ordered
from payments.strategies.providers.truelayer.codes import FAILED
from payments.strategies.providers.truelayer.deposits import whole_money

REFERENCE = "refund_id"
"""Of the metadata of a refund, which its webhooks repeat."""

REFUND_KINDS = {"refund_executed": Told.DONE, "refund_failed": Told.UNDONE}
_ON_HIS_STATEMENT = "Refund"
_TAKEN = (200, 201, 202)


class TrueLayerRefunds:
    """The refund flow."""

    def build_call(self, account: ProviderAccount, order: RefundOrder) -> HttpCall:
        facts = {
            "amount_in_minor": order.amount_minor,
            "reference": str(account.settings.get("payout_reference", _ON_HIS_STATEMENT)),
            "metadata": {REFERENCE: str(order.refund_id)},
        }
        return ordered(account, _refunds_of(order), facts, str(order.refund_id))

    def parse_answer(self, answer: HttpAnswer | None) -> RefundWord:
        if answer is None:
            return Unanswered()
        if answer.status in _TAKEN:
            reference = word(section(decoded_object(answer)).get("id"))
            return Accepted(reference=reference) if reference else Unanswered()
        refused = refusal(answer)
        return Refused(code=refused[0]) if refused and refused[1] else Unanswered()

    def build_question(self, account: ProviderAccount, order: RefundOrder, reference: str | None) -> HttpCall:
        one = "" if reference is None else f"/{quote(reference, safe='')}"
        return ask_for(account, f"{_refunds_of(order)}{one}")

    def parse_question(self, order: RefundOrder, answer: HttpAnswer | None) -> RefundWord | NotThere:
        body = decoded_object(answer)
        if answer is None or body is None or answer.status != 200:
            return Unanswered()
        items = body.get("items")
        if items is None:
            return _word_of(body) if _is_ours(order, body) else Unanswered()
        if not isinstance(items, list):
            return Unanswered()
        ours = [one for item in items if _is_ours(order, one := section(item))]
        return _word_of(ours[0]) if len(ours) == 1 else Unanswered() if ours else NotThere()


def said_of_refund(kind: str, event: Mapping[str, Any]) -> Said:
    """A webhook brings no amount, so that the refund is asked for. Of one that was returned it may go on saying that it
    was executed: that only the webhook tells.
    """
    ours = our_id(section(event.get("metadata")).get(REFERENCE))
    reference = word(event.get("refund_id"))
    if kind == "refund_failed" and event.get("failure_reason") == "returned" and ours is not None and reference:
        back = Refused(reference=reference, code="returned")
        return AboutRefund(refund_id=ours, word=back, else_=Unclear("refund_not_ours"))
    return LookAtRefund(refund_id=ours, reference=reference, told=REFUND_KINDS.get(kind))


def _is_ours(order: RefundOrder, refund: Mapping[str, Any]) -> bool:
    return section(refund.get("metadata")).get(REFERENCE) == str(order.refund_id)


def _word_of(refund: Mapping[str, Any]) -> RefundWord:
    reference, money = word(refund.get("id")), whole_money(refund)
    if reference is None:
        return Unanswered()
    match refund.get("status"):
        case "executed" if money is not None:
            return Refunded(reference=reference, amount_minor=money[0], currency=money[1])
        case "failed":
            return Refused(reference=reference, code=word(refund.get("failure_reason")) or FAILED)
        case _:
            return Accepted(reference=reference)


def _refunds_of(order: RefundOrder) -> str:
    return f"/v3/payments/{quote(order.payment, safe='')}/refunds"
