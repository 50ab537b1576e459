"""What two people found out about a deposit of which its provider said nothing."""

from dataclasses import replace

from chassis.domain import Invalid, NotFound
from payments.domain.deposit.cascade import earlier_of, marked
from payments.domain.deposit.commands import HearProvider
from payments.domain.deposit.errors import DepositNotCredited, DepositOutcomeKnown
from payments.domain.deposit.events import DepositClosed
from payments.domain.deposit.states import (
    Absent,
    Deposit,
    Expired,
    Failed,
    GivenUp,
    Refused,
    Requested,
    Succeeded,
    Waiting,
    asked,
)
from payments.domain.deposit.words import (
    Declined,
    DepositWord,
    FoundGivenBack,
    FoundPaid,
    FoundUncollected,
    FoundUnpaid,
    GivenBack,
    Settled,
    TakenBack,
)

NEVER_PAID = "never_paid"
"""Why a deposit failed of which two people found out that nobody paid it."""

NEVER_COLLECTED = "never_collected"
"""Why a deposit was taken back of which two people found out that its money never came."""

FOUND_GIVEN_BACK = "found_given_back"
"""Why money of a deposit came again of which two people found out that it was given back."""


def said(command: HearProvider, state: Deposit) -> tuple[DepositWord, HearProvider]:
    """The word and how it was heard: what people found out as if the provider had said it.

    Raises:
        NotFound, DepositOutcomeKnown, DepositNotCredited, Invalid: there is nothing to find out, or not that.
    """
    word = command.word
    if not isinstance(word, FoundPaid | FoundUnpaid | FoundUncollected | FoundGivenBack):
        return word, command
    if isinstance(state, Absent | Refused):
        raise NotFound if isinstance(state, Absent) else DepositOutcomeKnown
    if isinstance(word, FoundUncollected):
        return uncollected(word, command, state), replace(command, by_hand=True)
    if isinstance(word, FoundGivenBack):
        raise DepositNotCredited  # What was credited is looked at before: `given_back`.
    behind = earlier_of(state, command.provider)
    if behind is None:
        known, closed = isinstance(state, Succeeded), isinstance(state, Failed | Expired) and state.closed
    else:
        known, closed = behind.paid_as is not None, behind.closed
    if known or (closed and isinstance(word, FoundUnpaid)):
        raise DepositOutcomeKnown
    if isinstance(word, FoundUnpaid):
        return Declined(reference=None, code=NEVER_PAID, final=True), replace(
            command, next=None, step_up=False, by_hand=True
        )
    paid = Settled(
        reference=word.reference,
        amount_minor=word.amount_minor,
        currency=asked(state).fact.currency,
        names_payment=True,
    )
    return paid, replace(command, by_hand=True)


def uncollected(word: FoundUncollected, command: HearProvider, state: Waiting | Succeeded | GivenUp) -> TakenBack:
    """What is taken back, each time as a movement of its own.

    Raises:
        DepositNotCredited: the provider had paid nothing of it here.
        DepositOutcomeKnown: all of it was taken back before.
        Invalid: there is not as much left of it.
    """
    if not isinstance(state, Succeeded) or command.provider not in (None, asked(state).fact.provider):
        raise DepositNotCredited
    if not state.left_minor:
        raise DepositOutcomeKnown
    amount_minor = state.left_minor if word.amount_minor is None else word.amount_minor
    if amount_minor > state.left_minor:
        raise Invalid(f"{state.left_minor} are left of it.", field="amount_minor")
    return TakenBack(
        reference=state.reference,
        movement=f"{NEVER_COLLECTED}:{len(state.taken_back) + 1}",
        amount_minor=amount_minor,
        currency=asked(state).fact.currency,
        code=NEVER_COLLECTED,
    )


def given_back(word: FoundGivenBack, command: HearProvider, state: Succeeded) -> list[GivenBack]:
    """What comes again, of each taking back its part: of the one that is named by the reference; else of one of which
    just as much is gone; else of the oldest. What went back as a refund of ours its refund alone says.

    Raises:
        DepositNotCredited: the provider had paid nothing of it here.
        DepositOutcomeKnown: nothing is taken back of it, or the same was found out before.
        Invalid: not as much is taken back of it.
    """
    fact = asked(state).fact
    if command.provider not in (None, fact.provider):
        raise DepositNotCredited
    gone = [one for one in state.taken_back if one.refund_id is None and state.open_minor(one)]
    if not gone or any(one.found_as == word.reference for one in state.given_back):
        raise DepositOutcomeKnown
    named = [one for one in gone if one.movement == word.reference]
    just = [one for one in gone if state.open_minor(one) == word.amount_minor]
    left_minor, words = word.amount_minor, []
    for taken in named or just[:1] or gone:
        part_minor = min(left_minor, state.open_minor(taken))
        left_minor -= part_minor
        if part_minor:
            words.append(
                GivenBack(
                    reference=taken.reference,
                    movement=taken.movement,
                    amount_minor=part_minor,
                    currency=fact.currency,
                    code=FOUND_GIVEN_BACK,
                    found_as=word.reference,
                )
            )
    if left_minor:
        raise Invalid(f"{word.amount_minor - left_minor} are taken back of it.", field="amount_minor")
    return words


def closed_at(intent: Requested, event: DepositClosed) -> Requested:
    """With the provider behind closed where it is one; remembered where two people found it out."""
    intent = marked(intent, event.provider, closed=True)
    return replace(intent, found_unpaid=(*intent.found_unpaid, event.provider)) if event.by_hand else intent
