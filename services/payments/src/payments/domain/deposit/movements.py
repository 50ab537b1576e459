"""What a deposit remembers of money that was taken back of it and given back again."""

from dataclasses import replace

from payments.domain.deposit.events import (
    DepositReinstated,
    DepositReinstatementAnnounced,
    DepositReversalAnnounced,
    DepositReversed,
)
from payments.domain.deposit.states import GivenUp, Requested, Succeeded, Waiting, asked
from payments.domain.deposit.words import GivenBack, TakenBack

Present = Waiting | Succeeded | GivenUp
Remembered = DepositReversalAnnounced | DepositReversed | DepositReinstatementAnnounced | DepositReinstated


def remembered(state: Present, event: Remembered) -> Present:
    """The deposit after it heard of the movement."""
    intent = asked(state)
    match event:
        case DepositReversalAnnounced():
            return with_intent(state, replace(intent, announced=(*intent.announced, _taken(event))))
        case DepositReinstatementAnnounced():
            return with_intent(state, replace(intent, given_early=(*intent.given_early, _given(event))))
        case DepositReversed() if isinstance(state, Succeeded):
            return replace(state, taken_back=(*state.taken_back, _taken(event)))
        case DepositReinstated() if isinstance(state, Succeeded):
            return replace(state, given_back=(*state.given_back, _given(event)))
        case _:
            return state


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
    )


def _given(event: DepositReinstatementAnnounced | DepositReinstated) -> GivenBack:
    return GivenBack(
        reference=event.reference,
        movement=event.movement,
        amount_minor=event.reinstated_minor,
        currency=event.currency,
        code=event.code,
    )
