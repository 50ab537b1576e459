"""What a Refund says, wherever it is found: in an event of its own, or in the list of a Charge.

Refunds have events of their own (`refund.created`, `refund.updated`) since version 2024-10-28.acacia of an endpoint's
API; before, a refund of a card is told by `charge.refunded`, whose Charge carries the list of refunds up to version
2022-08-01 and none after it. Without the list nobody can tell which refund it was: that is for a person to see.
"""

from collections.abc import Mapping
from typing import Any

from contracts.money import MAX_MINOR
from payments.application.ports import AboutDeposit, Nothing, Said, Unclear
from payments.domain.deposit.words import TakenBack
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.stripe.amounts import from_wire
from payments.strategies.providers.stripe.intents import deposit_of


def said_of_refund(refund: Mapping[str, Any], charge: Mapping[str, Any]) -> Said:
    """The money is taken back when the refund succeeded. Until then nothing is; what failed, a person looks at.

    The Charge repeats our reference as the intent had it; a refund alone names the intent, and its own metadata are
    whatever those wrote who made it.
    """
    match refund.get("status"):
        case "pending" | "requires_action":
            return Nothing()
        case "succeeded":
            pass
        case _:
            return Unclear("event_not_handled")
    movement = word(refund.get("id"))
    reference = word(refund.get("payment_intent")) or word(charge.get("payment_intent"))
    if movement is None or reference is None:
        return Unclear("reference_unreadable")
    currency = (word(refund.get("currency")) or "").upper()
    amount = from_wire(refund.get("amount"), currency)
    if not currency or amount is None or amount > MAX_MINOR:
        return Unclear("amount_unreadable")
    code = word(refund.get("reason")) or "refunded"
    taken = TakenBack(reference=reference, movement=movement, amount_minor=amount, currency=currency, code=code)
    return AboutDeposit(deposit_id=deposit_of(charge), word=taken)


def said_of_refunded(charge: Mapping[str, Any]) -> Said:
    """The newest refund of a Charge is the one that the event is about; those before had events of their own."""
    refunds = section(charge.get("refunds")).get("data")
    newest = section(refunds[0]) if isinstance(refunds, list) and refunds else {}
    return said_of_refund(newest, charge) if newest else Unclear("event_not_handled")
