"""The life of a withdrawal: on hold, approved by people, sent once, then whatever the provider says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from chassis.domain import Decider, NotFound
from payments.domain.withdrawal.checks import check_failed, check_returnable, check_whole, more_back
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    CancelWithdrawal,
    HearPart,
    HearProvider,
    HoldPayout,
    RejectWithdrawal,
    RequestWithdrawal,
    StartPayout,
    StopWithdrawal,
    WithdrawalCommand,
)
from payments.domain.withdrawal.debt import pay_debt
from payments.domain.withdrawal.errors import (
    CancellationNotAllowed,
    SecondPersonRequired,
    UnlawfulPayoutWord,
    WithdrawalAlreadyDecided,
    WithdrawalAlreadyRequested,
    WithdrawalAlreadySent,
)
from payments.domain.withdrawal.events import (
    PART_EVENTS,
    PayoutHeld,
    PayoutOutcomeUnknown,
    PayoutReleased,
    PayoutSent,
    PayoutStarted,
    ProviderEvent,
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalEvent,
    WithdrawalFact,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalPartOrdered,
    WithdrawalRejected,
    WithdrawalRequested,
    WithdrawalReturned,
    WithdrawalStopped,
)
from payments.domain.withdrawal.found import check_people, found_out
from payments.domain.withdrawal.news import stop, stopped
from payments.domain.withdrawal.parts import decide_parts, evolve_parts, release_rest
from payments.domain.withdrawal.policy import approvals_needed, check, counts, stops
from payments.domain.withdrawal.sending import errand_of, hold, start, waiting
from payments.domain.withdrawal.states import (
    Absent,
    Approved,
    AtProvider,
    AwaitingApproval,
    Cancelled,
    Existing,
    Failed,
    Halted,
    Paid,
    PaidInParts,
    PartlyPaid,
    Rejected,
    Returned,
    Sending,
    Sent,
    Split,
    Unknown,
    Withdrawal,
    Yes,
    ordered,
)
from payments.domain.withdrawal.table import TABLE
from payments.domain.withdrawal.words import (
    Confirmed,
    Declined,
    FoundPaid,
    FoundUnpaid,
    PayoutWord,
    ProviderWord,
    SentBack,
    Taken,
    Unanswered,
)

BY_POLICY = "policy"
"""Who approved when nobody had to."""


def decide(command: WithdrawalCommand, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    events = _decide(command, state)
    on = type(command.word) if isinstance(command, HearProvider | HearPart) else type(command)
    if not TABLE.allows(on, type(state), events):
        raise UnlawfulPayoutWord("unlisted")
    return pay_debt(command, events)


def _decide(command: WithdrawalCommand, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    match command:
        case RequestWithdrawal():
            return _request(command, state)
        case StopWithdrawal():
            return stop(command, state)
        case ApproveWithdrawal():
            return _approve(command, state)
        case RejectWithdrawal():
            return _reject(command, state)
        case CancelWithdrawal():
            return _cancel(command, state)
        case HoldPayout():
            return hold(command, state)
        case StartPayout():
            return start(command, state)
        case HearProvider():
            return _hear(command.word, state)
        case _:
            return decide_parts(command, state)


def _request(command: RequestWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    fact = WithdrawalFact(
        player_id=command.player_id,
        casino_id=command.casino_id,
        provider=command.provider,
        amount_minor=command.amount_minor,
        currency=command.currency,
        fee_minor=command.fee_minor,
    )
    if not isinstance(state, Absent):
        if not state.order.asks_for(fact, command.destination, command.method):
            raise WithdrawalAlreadyRequested(field="withdrawal_id")
        return []
    check(command.policy, command.standing, command.amount_minor)
    needed = approvals_needed(command.policy, command.standing, command.amount_minor)
    within = command.policy.due_within_minutes
    requested = WithdrawalRequested(
        **fact.fields(),
        destination=command.destination,
        shown_as=command.shown_as,
        approvals_needed=needed,
        requested_at=command.now,
        due_at=None if within is None else command.now + timedelta(minutes=within),
        stopped_by=tuple(map(str, stops(command.policy, command.standing, command.amount_minor))),
        rules=command.standing.rules,
        instrument_id=command.instrument_id,
        method=command.method,
        goes=command.goes if needed > 0 else None,
    )
    if needed > 0:
        return [requested]
    return [requested, WithdrawalApproved(**fact.fields(), approved_by=BY_POLICY, final=True)]


def _approve(command: ApproveWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    match state:
        case Absent():
            raise NotFound
        case AwaitingApproval():
            return [_said_yes(command, state)]
        case Approved() if command.approver in state.approvers:
            return []  # Sent twice: nothing new.
        case _:
            raise WithdrawalAlreadyDecided


def _said_yes(command: ApproveWithdrawal, state: AwaitingApproval) -> WithdrawalApproved:
    """A yes that counts no longer is none: the next one is then the first again."""
    counting = [one.by for one in state.yeses if counts(one, command.now) and one.by not in command.lost]
    fact = state.order.fact
    if command.approver in counting or command.approver == str(fact.player_id):
        raise SecondPersonRequired("It waits for a second person: whoever said yes before, and its player, is none.")
    return WithdrawalApproved(
        **fact.fields(),
        approved_by=command.approver,
        final=len(counting) + 1 >= state.needed,
        approved_at=command.now,
        lapsed=tuple(one.by for one in state.yeses if one.by not in counting),
    )


def _reject(command: RejectWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    match state:
        case Absent():
            raise NotFound
        case AwaitingApproval() | Approved():
            fact = state.order.fact.fields()
            return [WithdrawalRejected(**fact, rejected_by=command.rejecter, reason=command.reason)]
        case Rejected():
            return []
        case Halted():
            return [release_rest(command, state)]
        case Sending() | Unknown() | Sent() | Split():
            raise WithdrawalAlreadySent
        case Paid() | Failed() | Cancelled() | Returned() | PaidInParts() | PartlyPaid():
            raise WithdrawalAlreadyDecided
        case _:
            assert_never(state)


def _cancel(command: CancelWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    match state:
        case Absent():
            raise NotFound
        case Cancelled():
            return []
        case AwaitingApproval() | Approved():
            if state.order.fact.parent_id is not None:
                raise WithdrawalAlreadySent  # The whole it is a part of is on its way.
            if not command.allowed:
                raise CancellationNotAllowed
            return [WithdrawalCancelled(**state.order.fact.fields())]
        case Sending() | Unknown() | Sent() | Split() | Halted():
            raise WithdrawalAlreadySent
        case Paid() | Failed() | Rejected() | Returned() | PaidInParts() | PartlyPaid():
            raise WithdrawalAlreadyDecided
        case _:
            assert_never(state)


def _hear(word: PayoutWord, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    if isinstance(word, FoundPaid | FoundUnpaid):
        return found_out(word, state)
    match state:
        case Absent():
            raise UnlawfulPayoutWord("unknown_reference")
        case AwaitingApproval() | Approved() | Rejected() | Cancelled():
            raise UnlawfulPayoutWord("payout_never_sent")
        case Split() | Halted() | PaidInParts() | PartlyPaid():
            raise UnlawfulPayoutWord("payout_never_sent")  # Of a whole only its parts are sent.
        case Sending() | Unknown() | Sent():
            return _hear_at_provider(word, state)
        case Paid():
            check_people(word, state)
            return _hear_left(word, state.order.fact, None)
        case Failed():
            check_people(word, state)
            check_failed(word, state)
            return []
        case Returned():
            return _hear_left(word, state.order.fact, state)
        case _:
            assert_never(state)


def _hear_at_provider(word: ProviderWord, state: AtProvider) -> Sequence[WithdrawalEvent]:
    fact = state.order.fact
    match word:
        case Taken() | Declined() | Unanswered():
            return _hear_answer(word, state)
        case Confirmed():
            check_whole(word, fact)
            return [*_overtaken(word, state), WithdrawalPaid(**fact.fields())]
        case SentBack():
            check_returnable(word, fact)
            first = _overtaken(word, state)
            if word.amount_minor == fact.amount_minor:
                return [*first, WithdrawalFailed(**fact.fields(), code=word.code)]
            # Less can only come back of what had left: the confirmation is still on its way, or will never come.
            return [*first, WithdrawalPaid(**fact.fields()), _returned(word, fact, before_minor=0)]
        case _:
            assert_never(word)


def _overtaken(word: Confirmed | SentBack, state: AtProvider) -> Sequence[WithdrawalEvent]:
    """A notification that was faster than the order's answer brings what the answer would have: the reference."""
    if word.reference is None:
        return []
    if isinstance(state, Sent):
        if word.reference != state.reference:
            raise UnlawfulPayoutWord("reference_differs")
        return []
    return [PayoutSent(**state.order.fact.fields(), reference=word.reference)]


def _hear_answer(answer: Taken | Declined | Unanswered, state: AtProvider) -> Sequence[WithdrawalEvent]:
    """What came back from the order itself; the identical order, sent again, may be answered after others were."""
    fact = state.order.fact.fields()
    if isinstance(state, Sent):
        if isinstance(answer, Declined):
            raise UnlawfulPayoutWord("declined_after_taken")
        if isinstance(answer, Taken) and answer.reference != state.reference:
            raise UnlawfulPayoutWord("reference_differs")
        return []
    match answer:
        case Taken():
            return [PayoutSent(**fact, reference=answer.reference)]
        case Declined():
            return [WithdrawalFailed(**fact, code=answer.code)]
        case Unanswered():
            return [PayoutOutcomeUnknown(**fact)] if isinstance(state, Sending) else []
        case _:
            assert_never(answer)


def _hear_left(word: ProviderWord, fact: WithdrawalFact, back: Returned | None) -> Sequence[WithdrawalEvent]:
    """After the money left only what comes back is news; the rest are repeats, unless they contradict that it left."""
    match word:
        case SentBack():
            check_returnable(word, fact)
            return _more_back(word, fact, back)
        case Confirmed():
            check_whole(word, fact)
        case Declined():
            raise UnlawfulPayoutWord("declined_after_paid")
        case Taken() | Unanswered():
            pass  # The answer to the order was slower than the notification.
        case _:
            assert_never(word)
    return []


def _more_back(word: SentBack, fact: WithdrawalFact, back: Returned | None) -> Sequence[WithdrawalEvent]:
    """What comes back adds up to the whole and no further. That the whole is back may be said again."""
    if back is None:
        return [_returned(word, fact, before_minor=0)]
    if word.so_far:
        more = replace(word, amount_minor=more_back(word, back.back_minor))
        return [_returned(more, fact, before_minor=back.back_minor)] if more.amount_minor else []
    if word.amount_minor == fact.amount_minor == back.back_minor:
        return []
    if word.amount_minor == back.last_minor and word.code != back.last_code:
        # A provider may tell of one return in two ways; whether it is one or two, a person finds out.
        raise UnlawfulPayoutWord("return_told_twice")
    if back.back_minor + word.amount_minor > fact.amount_minor:
        raise UnlawfulPayoutWord("returned_too_much")
    return [_returned(word, fact, before_minor=back.back_minor)]


def _returned(word: SentBack, fact: WithdrawalFact, *, before_minor: int) -> WithdrawalReturned:
    back_minor = before_minor + word.amount_minor
    return WithdrawalReturned(**fact.fields(), returned_minor=word.amount_minor, back_minor=back_minor, code=word.code)


def evolve(state: Withdrawal, event: WithdrawalEvent) -> Withdrawal:
    if isinstance(event, WithdrawalRequested):
        return AwaitingApproval(ordered(event), event.approvals_needed, ())
    if isinstance(event, WithdrawalPartOrdered):
        return Approved(ordered(event), ())
    if isinstance(state, Absent):
        return state
    if isinstance(event, WithdrawalStopped):
        return stopped(state, event)
    if isinstance(event, PART_EVENTS):
        return evolve_parts(state, event)
    match event:
        case PayoutReleased() | PayoutHeld():
            return waiting(state, event)
        case WithdrawalApproved():
            return _approved(state, event)
        case WithdrawalRejected():
            return Rejected(state.order)
        case WithdrawalCancelled():
            return Cancelled(state.order)
        case _:
            return _moved(state, event)


def _approved(state: Existing, event: WithdrawalApproved) -> Withdrawal:
    if not isinstance(state, AwaitingApproval):
        return state
    before = (one for one in state.yeses if one.by not in event.lapsed)
    yeses = (*before, Yes(event.approved_by, event.approved_at))
    if not event.final:
        return AwaitingApproval(state.order, state.needed, yeses)
    return Approved(state.order, tuple(one.by for one in yeses))


def _moved(state: Existing, event: ProviderEvent) -> Withdrawal:
    after: Withdrawal
    match event:
        case PayoutStarted():
            after = Sending(replace(state.order, errand=errand_of(event)))
        case PayoutOutcomeUnknown():
            after = Unknown(state.order) if isinstance(state, Sending) else state
        case PayoutSent():
            known = replace(state.order.errand, reference=event.reference) if state.order.errand else None
            after = Sent(replace(state.order, errand=known), event.reference)
        case WithdrawalPaid():
            after = Paid(state.order, event.by_hand)
        case WithdrawalFailed():
            after = Failed(state.order, event.by_hand)
        case WithdrawalReturned():
            after = Returned(state.order, event.all_back_minor, event.returned_minor, event.code)
        case _:
            assert_never(event)
    return after


initial: Withdrawal = Absent()
withdrawal: Decider[WithdrawalCommand, Withdrawal, WithdrawalEvent] = Decider("withdrawal", initial, decide, evolve)
