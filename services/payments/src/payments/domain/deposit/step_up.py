"""A deposit is asked for once more at the same provider, with its payer authenticated by his bank."""

from dataclasses import replace
from datetime import datetime

from payments.domain.deposit.cascade import PASSED_ON_WITHIN
from payments.domain.deposit.commands import HearProvider
from payments.domain.deposit.events import DepositSteppedUp
from payments.domain.deposit.states import Deposit, GivenUp, Requested, SteppedUp, Waiting, asked, reference
from payments.domain.deposit.words import Declined


def may_step_up(state: Deposit, now: datetime) -> bool:
    """Whether a no may lead to the payer's authentication, its reason left aside: once, and only where that was not
    asked for already. After a while nobody waits for it any more.

    While the attempt before could still be paid, the provider is asked to change that one or to end it first.
    """
    if not isinstance(state, Waiting):
        return False
    intent = asked(state)
    return not intent.step_up and not intent.announced and now - intent.requested_at <= PASSED_ON_WITHIN


def step_up(command: HearProvider, word: Declined, state: Waiting) -> DepositSteppedUp | None:
    """The deposit at the same provider again; None when the no stands."""
    now = command.heard_at or command.said_at
    if not command.step_up or not may_step_up(state, now):
        return None
    return DepositSteppedUp(
        **asked(state).fact.fields(),
        reference=word.reference or reference(state),
        code=word.code,
        closed=word.final,
        stepped_up_at=now,
    )


def stepped_up(intent: Requested, event: DepositSteppedUp) -> Requested:
    """Where it stands then: as if it had just been asked for."""
    before = SteppedUp(event.reference, event.closed, event.stepped_up_at)
    return replace(intent, requested_at=event.stepped_up_at, step_up=True, stepped_up=before)


def payable_as(state: GivenUp) -> str | None:
    """How the provider calls what could still be paid of a deposit that was given up; None: we know of nothing there.

    Where the one attempt was being ended to make another when it was given up, that is the one before: the player has
    its address, and nobody has the other's.
    """
    before = asked(state).stepped_up
    left_open = before.reference if before is not None and not before.closed else None
    return reference(state) or left_open


def is_overtaken(command: HearProvider, state: Waiting) -> bool:
    """Whether a no is about the attempt before: that was changed since it was said, or ended to make another."""
    before, word = asked(state).stepped_up, command.word
    if before is None or not isinstance(word, Declined) or word.final:
        return False
    ended = word.reference is not None and word.reference == before.reference and word.reference != reference(state)
    return ended or command.said_at <= before.at
