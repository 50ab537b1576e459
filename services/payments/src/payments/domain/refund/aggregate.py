"""The life of a refund: the money is put aside when it is ordered, then the provider's word alone decides."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from chassis.domain import Decider, NotFound
from payments.domain.refund.commands import (
    HearRefund,
    HoldRefund,
    OrderRefund,
    RefundCommand,
    RejectRefund,
    StartRefund,
    StopRefund,
)
from payments.domain.refund.errors import (
    RefundAlreadyOrdered,
    RefundAlreadySent,
    RefundExceedsDeposit,
    RefundNotCovered,
    RefundOutcomeKnown,
    UnlawfulRefundWord,
)
from payments.domain.refund.events import (
    RefundAccepted,
    RefundEvent,
    RefundFailed,
    RefundHeld,
    RefundOrdered,
    RefundOutcomeUnknown,
    RefundReturned,
    RefundStarted,
    RefundSucceeded,
)
from payments.domain.refund.states import (
    Absent,
    Existing,
    Failed,
    Ordered,
    Pending,
    Refund,
    Returned,
    Sending,
    Succeeded,
    Unknown,
    reference,
)
from payments.domain.refund.table import TABLE
from payments.domain.refund.words import Accepted, FoundPaid, FoundUnpaid, Refunded, RefundWord, Refused, Unanswered

NEVER_PAID = "never_paid"
"""Why a refund failed of which two people found out that the provider did not make it."""

REJECTED = "rejected"
"""Why a refund failed that a person stopped before it was sent."""


def decide(command: RefundCommand, state: Refund) -> Sequence[RefundEvent]:
    events = _decide(command, state)
    on = type(command.word) if isinstance(command, HearRefund) else type(command)
    if not TABLE.allows(on, type(state), events):
        raise UnlawfulRefundWord("unlisted")
    return events


def _decide(command: RefundCommand, state: Refund) -> Sequence[RefundEvent]:
    match command:
        case OrderRefund():
            return _order(command, state)
        case StartRefund():
            return [RefundStarted(fact=state.fact, sent_as=command.sent_as)] if isinstance(state, Ordered) else []
        case HoldRefund():
            return _hold(command, state)
        case StopRefund():
            return [_failed(state, command.code, command.owed_minor)] if isinstance(state, Ordered) else []
        case RejectRefund():
            return _reject(command, state)
        case HearRefund():
            return _hear(command, state)
        case _:
            assert_never(command)


def _hold(command: HoldRefund, state: Refund) -> Sequence[RefundEvent]:
    """It is looked at every minute; what is told is that the reason is another one."""
    if not isinstance(state, Ordered) or state.held == command.why:
        return []
    return [RefundHeld(fact=state.fact, why=command.why)]


def _reject(command: RejectRefund, state: Refund) -> Sequence[RefundEvent]:
    if isinstance(state, Absent):
        raise NotFound
    if isinstance(state, Ordered):
        return [_failed(state, REJECTED, command.owed_minor)]
    if isinstance(state, Failed) and not state.sent_as:
        return []  # It was stopped before.
    raise RefundAlreadySent


def _order(command: OrderRefund, state: Refund) -> Sequence[RefundEvent]:
    fact = command.fact
    if not isinstance(state, Absent):
        if state.fact != replace(fact, fee_minor=state.fact.fee_minor, hit_known=state.fact.hit_known):
            raise RefundAlreadyOrdered(field="refund_id")
        return []
    if fact.amount_minor > command.left_minor:
        raise RefundExceedsDeposit(field="amount_minor")
    from_cash = min(max(command.cash_minor, 0) + fact.fee_minor, fact.amount_minor)
    if from_cash < fact.amount_minor and not fact.may_owe:
        told = f"The player's cash covers {from_cash} minor units of it"
        raise RefundNotCovered(f"{told}: refund no more, or say `may_owe`, and he owes the rest.", field="amount_minor")
    return [RefundOrdered(fact=fact, from_cash_minor=from_cash, ordered_at=command.now)]


def _hear(command: HearRefund, state: Refund) -> Sequence[RefundEvent]:
    word = command.word
    if isinstance(word, FoundPaid | FoundUnpaid) and not isinstance(state, Sending | Unknown | Pending):
        raise NotFound if isinstance(state, Absent) else RefundOutcomeKnown
    match state:
        case Absent():
            raise UnlawfulRefundWord("unknown_reference")
        case Ordered():
            raise UnlawfulRefundWord("refund_never_sent")
        case Sending() | Unknown() | Pending():
            return _hear_underway(command, state)
        case Succeeded() | Returned():
            _check_reference(word, state)
            if isinstance(word, Refused) and isinstance(state, Succeeded):
                return [RefundReturned(fact=state.fact, reference=state.reference, code=word.code)]
            return []  # A repeat, or overtaken by a later word.
        case Failed():
            _check_failed(word, state)
            return []
        case _:
            assert_never(state)


def _check_failed(word: RefundWord, state: Failed) -> None:
    """The player has it in his wallet: nobody may have taken it, but for a word that a later one overtook."""
    if state.by_hand and isinstance(word, Refunded | Accepted):
        raise UnlawfulRefundWord("contradicts_people")
    if isinstance(word, Refunded) and word.reference != state.reference:
        raise UnlawfulRefundWord("refunded_after_failed")


def _hear_underway(command: HearRefund, state: Sending | Unknown | Pending) -> Sequence[RefundEvent]:
    word, fact = command.word, state.fact
    _check_reference(word, state)
    match word:
        case Accepted():
            return [] if isinstance(state, Pending) else [RefundAccepted(fact=fact, reference=word.reference)]
        case Refunded():
            if (word.amount_minor, word.currency) != (fact.amount_minor, fact.currency):
                raise UnlawfulRefundWord("amount_differs")
            return [RefundSucceeded(fact=fact, reference=word.reference)]
        case Refused():
            return [_failed(state, word.code, command.owed_minor, word.reference or reference(state))]
        case Unanswered():
            return [RefundOutcomeUnknown(fact=fact)] if isinstance(state, Sending) else []
        case FoundPaid():
            return [RefundSucceeded(fact=fact, reference=word.reference, by_hand=True)]
        case FoundUnpaid():
            return [replace(_failed(state, NEVER_PAID, command.owed_minor, reference(state)), by_hand=True)]
        case _:
            assert_never(word)


def _failed(
    state: Ordered | Sending | Unknown | Pending, code: str, owed_minor: int, known: str | None = None
) -> RefundFailed:
    # A part of a withdrawal goes back on hold for it, where nobody pays a debt of it.
    left = state.fact.amount_minor - state.fact.fee_minor
    recovered = min(max(owed_minor, 0), left) if state.fact.withdrawal_id is None else 0
    return RefundFailed(fact=state.fact, reference=known, code=code, recovered_minor=recovered)


def _check_reference(word: RefundWord, state: Refund) -> None:
    """Once we know what the provider calls it, no other refund of the provider's speaks for it.

    Nor does the refusal of an order that was sent again: the first one was taken, that much is known.
    """
    known, said = reference(state), None if isinstance(word, Unanswered | FoundUnpaid) else word.reference
    if known is not None and isinstance(word, Refused) and said is None:
        raise UnlawfulRefundWord("refused_after_accepted")
    if known is not None and said is not None and said != known:
        raise UnlawfulRefundWord("reference_differs")


def evolve(state: Refund, event: RefundEvent) -> Refund:
    match event:
        case RefundOrdered():
            return Ordered(event.fact, event.ordered_at)
        case RefundHeld():
            return replace(state, held=event.why) if isinstance(state, Ordered) else state
        case RefundStarted():
            return Sending(event.fact, state.ordered_at, event.sent_as) if isinstance(state, Ordered) else state
        case _:
            return state if isinstance(state, Absent) else _moved(state, event)


def _moved(
    state: Existing,
    event: RefundOutcomeUnknown | RefundAccepted | RefundSucceeded | RefundFailed | RefundReturned,
) -> Refund:
    if isinstance(state, Ordered):
        return Failed(state.fact, state.ordered_at, "", None) if isinstance(event, RefundFailed) else state
    begun = (state.fact, state.ordered_at, state.sent_as)
    match event:
        case RefundOutcomeUnknown():
            return Unknown(*begun)
        case RefundAccepted():
            return Pending(*begun, event.reference)
        case RefundSucceeded():
            return Succeeded(*begun, event.reference)
        case RefundFailed():
            return Failed(*begun, event.reference, event.by_hand)
        case RefundReturned():
            return Returned(*begun, event.reference)
        case _:
            assert_never(event)


initial: Refund = Absent()
refund: Decider[RefundCommand, Refund, RefundEvent] = Decider("refund", initial, decide, evolve)
