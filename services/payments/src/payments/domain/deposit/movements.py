"""What a deposit remembers of money that was taken back of it and given back again."""

from dataclasses import replace
from typing import TypeVar

from payments.domain.deposit.events import (
    DepositReinstated,
    DepositReinstatementAnnounced,
    DepositReversalAnnounced,
    DepositReversed,
)
from payments.domain.deposit.states import Earlier, GivenUp, Requested, Succeeded, Waiting, asked
from payments.domain.deposit.words import GivenBack, TakenBack

A = TypeVar("A", Requested, Earlier)
Present = Waiting | Succeeded | GivenUp
Remembered = DepositReversalAnnounced | DepositReversed | DepositReinstatementAnnounced | DepositReinstated


def remembered(state: Present, event: Remembered) -> Present:
    """The deposit after it heard of the movement."""
    intent = asked(state)
    match event:
        case DepositReversalAnnounced() | DepositReinstatementAnnounced():
            return with_intent(state, _announced(intent, event))
        case DepositReversed() if isinstance(state, Succeeded):
            return replace(state, taken_back=(*state.taken_back, _taken(event)))
        case DepositReinstated() if isinstance(state, Succeeded):
            return replace(state, given_back=(*state.given_back, _given(event)))
        case _:
            return state


def _announced(intent: Requested, event: DepositReversalAnnounced | DepositReinstatementAnnounced) -> Requested:
    """With what was said of the provider that has the deposit now, or of the one behind that said it."""
    behind = next((one for one in intent.earlier if one.provider == event.provider), None)
    if behind is None or event.provider == intent.fact.provider:
        return _with(intent, event)
    marked = _with(behind, event)
    return replace(intent, earlier=tuple(marked if one is behind else one for one in intent.earlier))


def _with(at: A, event: DepositReversalAnnounced | DepositReinstatementAnnounced) -> A:
    if isinstance(event, DepositReversalAnnounced):
        return replace(at, announced=(*at.announced, _taken(event)))
    return replace(at, given_early=(*at.given_early, _given(event)))


def with_intent(state: Present, intent: Requested) -> Present:
    """The same, with something else remembered of what was asked for."""
    return intent if isinstance(state, Requested) else replace(state, asked=intent)


def _taken(event: DepositReversalAnnounced | DepositReversed) -> TakenBack:
    return TakenBack(
        reference=event.reference,
        movement=event.movement,
        amount_minor=event.reversed_minor,
        currency=event.currency,
        code=event.code,
        refund_id=event.refund_id if isinstance(event, DepositReversed) else None,
        after=event.after,
        charged_back=event.charged_back,
    )


def _given(event: DepositReinstatementAnnounced | DepositReinstated) -> GivenBack:
    return GivenBack(
        reference=event.reference,
        movement=event.movement,
        amount_minor=event.reinstated_minor,
        currency=event.currency,
        code=event.code,
        found_as=event.found_as if isinstance(event, DepositReinstated) else None,
    )
