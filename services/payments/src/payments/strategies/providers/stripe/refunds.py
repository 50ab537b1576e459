"""What a Refund says, wherever it is found: in an event of its own, or in the list of a Charge.

Refunds have events of their own (`refund.created`, `refund.updated`) since version 2024-10-28.acacia of an endpoint's
API; before, a refund of a card is told by `charge.refunded`, whose Charge carries the list of refunds up to version
2022-08-01 and none after it. Without the list nobody can tell which refund it was: that is for a person to see.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.money import MAX_MINOR
from payments.application.ports import AboutDeposit, AboutRefund, Nothing, Said, Unclear
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused
from payments.strategies.providers.reading import our_id, section, word
from payments.strategies.providers.stripe.amounts import from_wire
from payments.strategies.providers.stripe.intents import deposit_of

REFERENCE = "refund_id"
"""The metadata key under which we leave our refund's id."""

_UNDECIDED = ("pending", "requires_action")
_FAILED = ("failed", "canceled")


def refund_of(refund: Mapping[str, Any]) -> UUID | None:
    """The refund of ours that it is; None when others made it."""
    return our_id(section(refund.get("metadata")).get(REFERENCE))


def word_of(refund: Mapping[str, Any]) -> RefundWord | None:
    """The word of a Refund that we ordered; None when nothing can be made of it.

    A status we do not know is undecided. Success needs the status and a readable amount, nothing less.
    """
    reference = word(refund.get("id"))
    if reference is None:
        return None
    if refund.get("status") in _FAILED:
        return Refused(reference=reference, code=word(refund.get("failure_reason")) or str(refund["status"]))
    amount, currency = _amount(refund)
    if refund.get("status") == "succeeded" and amount is not None:
        return Refunded(reference=reference, amount_minor=amount, currency=currency)
    return Accepted(reference=reference)


def said_of_refund(refund: Mapping[str, Any], charge: Mapping[str, Any]) -> Said:
    """What a refund says: of the one we ordered, or else of the deposit that others refunded."""
    others = _made_there(refund, charge)
    ours, said = refund_of(refund), word_of(refund)
    if ours is None or said is None:
        return others
    return AboutRefund(refund_id=ours, word=said, else_=others)


def _made_there(refund: Mapping[str, Any], charge: Mapping[str, Any]) -> AboutDeposit | Nothing | Unclear:
    """The money is taken back when the refund succeeded, and there again when it failed after that.

    The Charge repeats our reference as the intent had it; a refund alone names the intent, and its own metadata are
    whatever those wrote who made it.
    """
    status = refund.get("status")
    if status in _UNDECIDED:
        return Nothing()
    if status != "succeeded" and status not in _FAILED:
        return Unclear("event_not_handled")
    movement = word(refund.get("id"))
    reference = word(refund.get("payment_intent")) or word(charge.get("payment_intent"))
    if movement is None or reference is None:
        return Unclear("reference_unreadable")
    amount, currency = _amount(refund)
    if amount is None:
        return Unclear("amount_unreadable")
    if status in _FAILED:
        code = word(refund.get("failure_reason")) or str(status)
        given = GivenBack(reference=reference, movement=movement, amount_minor=amount, currency=currency, code=code)
        return AboutDeposit(deposit_id=deposit_of(charge), word=given)
    code = word(refund.get("reason")) or "refunded"
    taken = TakenBack(reference=reference, movement=movement, amount_minor=amount, currency=currency, code=code)
    return AboutDeposit(deposit_id=deposit_of(charge), word=taken)


def said_of_refunded(charge: Mapping[str, Any]) -> Said:
    """The newest refund of a Charge is the one that the event is about; those before had events of their own."""
    refunds = section(charge.get("refunds")).get("data")
    newest = section(refunds[0]) if isinstance(refunds, list) and refunds else {}
    return said_of_refund(newest, charge) if newest else Unclear("event_not_handled")


def _amount(thing: Mapping[str, Any]) -> tuple[int | None, str]:
    currency = (word(thing.get("currency")) or "").upper()
    amount = from_wire(thing.get("amount"), currency)
    return (None if not currency or amount is None or amount > MAX_MINOR else amount), currency
