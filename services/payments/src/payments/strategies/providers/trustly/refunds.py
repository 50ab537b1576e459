"""Money back through Trustly: `Refund` of a deposit, to the account it was paid from.

Source: eu.developers.trustly.com, "Refund" and its guide, and Trustly's own clients. The order names the deposit; so
do the notifications, which say that a refund was made (`payoutconfirmation`) or comes back (`credit`), and name none.
It is made once for a UUID. Nobody can ask what became of it: the identical order is the question. Where the deposit
itself has not been settled, it waits there.
"""

from collections.abc import Mapping
from typing import Any

from contracts.money import to_major_string
from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount, Said, Unclear
from payments.application.refund_port import AboutRefundOf, RefundOrder
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused, Unanswered
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.trustly.messages import call, error_of, result_of
from payments.strategies.providers.trustly.payouts import TELLS_NOTHING

METHOD = "Refund"
CAME_BACK = "credited_back"


class TrustlyRefunds:
    """The refund flow. Trustly gives a refund no name: between us it is called by the UUID of its order, our id."""

    def build_call(self, account: ProviderAccount, order: RefundOrder) -> HttpCall:
        data = {
            "Username": account.settings["username"],
            "Password": account.secrets["password"],
            "OrderID": order.payment,
            "Amount": to_major_string(order.amount_minor, order.currency),
            "Currency": order.currency,
            "Attributes": {"ExternalReference": str(order.refund_id)},
        }
        return call(account, METHOD, str(order.refund_id), data)

    def parse_answer(self, answer: HttpAnswer | None) -> RefundWord:
        result, error = result_of(answer), error_of(answer)
        ours = word(result.get("uuid"))
        match section(result.get("data")).get("result"):
            case "1" if ours is not None:
                return Accepted(reference=ours)
            case "0":
                return Refused(code="refused")
        code = word(section(error.get("data")).get("message"))
        return Unanswered() if code is None or code in TELLS_NOTHING else Refused(code=code.lower())

    def build_question(self, account: ProviderAccount, order: RefundOrder, reference: str | None) -> None:  # noqa: ARG002
        return None

    def parse_question(self, order: RefundOrder, answer: HttpAnswer | None) -> RefundWord | NotThere:  # noqa: ARG002
        return Unanswered()


def about_refund(data: Mapping[str, Any], amount_minor: int, currency: str) -> Said:
    """`payoutconfirmation` of a deposit's order: a refund of it was made. Which one, the amount tells."""
    payment = word(data.get("orderid"))
    if payment is None:
        return Unclear("reference_unreadable")
    made = Refunded(reference=payment, amount_minor=amount_minor, currency=currency)
    return AboutRefundOf(payment=payment, word=made, else_=Unclear("refund_not_ours"))
