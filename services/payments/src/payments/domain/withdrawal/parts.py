"""A withdrawal that goes out in parts: each is an order of its own, and the whole is what its parts came to.

What is on hold for the whole stays on hold for it until parts are paid. At any moment the parts that are open or paid
and the rest, which is in no part, are exactly the whole.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from chassis.domain import NotFound
from payments.domain.withdrawal.commands import (
    HaltWithdrawal,
    HearPart,
    OrderPart,
    PartCommand,
    RejectWithdrawal,
    ReleasePayout,
    RetryWithdrawal,
    SplitWithdrawal,
)
from payments.domain.withdrawal.errors import NothingToRetry, PartsDiffer, SecondPersonRequired
from payments.domain.withdrawal.events import (
    PartEvent,
    PayoutReleased,
    WithdrawalElsewhereWanted,
    WithdrawalEvent,
    WithdrawalHalted,
    WithdrawalPartFailed,
    WithdrawalPartOrdered,
    WithdrawalPartPaid,
    WithdrawalPartReturned,
    WithdrawalRestReleased,
    WithdrawalRetried,
    WithdrawalSplit,
)
from payments.domain.withdrawal.going import Way
from payments.domain.withdrawal.policy import counts
from payments.domain.withdrawal.room import beyond_minor, is_named
from payments.domain.withdrawal.states import (
    Absent,
    Approved,
    Divided,
    Existing,
    Halted,
    PaidInParts,
    Part,
    PartlyPaid,
    Parts,
    Rejected,
    Split,
    Stand,
    Withdrawal,
    Yes,
)
from payments.domain.withdrawal.words import PartCameBack, PartFellThrough, PartWasPaid


def decide_parts(command: PartCommand, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """What a command about parts leads to. Whoever was overtaken hears nothing new."""
    match command:
        case SplitWithdrawal():
            return _split(command, state)
        case HearPart():
            return _hear(command, state) if isinstance(state, Divided) else []
        case OrderPart():
            return _order(command, state)
        case ReleasePayout():
            return _release(command, state)
        case HaltWithdrawal():
            if not isinstance(state, Split) or state.parts.open or state.rest_minor == 0:
                return []
            return [WithdrawalHalted(**state.order.fact.fields(), rest_minor=state.rest_minor)]
        case RetryWithdrawal():
            return _retry(command, state)
        case _:
            assert_never(command)


def _order(command: OrderPart, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """A part was approved with its whole."""
    if not isinstance(state, Absent):
        return []
    return [
        WithdrawalPartOrdered(
            player_id=command.player_id,
            casino_id=command.casino_id,
            provider=command.provider,
            amount_minor=command.amount_minor,
            currency=command.currency,
            parent_id=command.parent_id,
            destination=command.destination,
            shown_as=command.shown_as,
            instrument_id=command.instrument_id,
            method=command.method,
            ordered_at=command.now,
            known=tuple(sorted(command.known)),
            approvals_needed=command.needed,
        )
    ]


def _release(command: ReleasePayout, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """Only what was approved, and goes with no batch yet. Whoever was overtaken hears nothing new."""
    if not isinstance(state, Approved) or state.batch_id is not None or state.order.fact.parent_id is not None:
        return []
    return [PayoutReleased(**state.order.fact.fields(), batch_id=command.batch_id)]


def _retry(command: RetryWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """Whatever waits for a person, even while other parts are open: these may be for weeks."""
    if isinstance(state, Absent):
        raise NotFound
    waits = isinstance(state, Halted) or (isinstance(state, Split) and state.for_people)
    if not isinstance(state, Halted | Split) or not waits:
        raise NothingToRetry
    if command.elsewhere and takes_two(state):
        before = [one for one in state.parts.yeses if counts(one, command.now) and one.by not in command.lost]
        if command.retrier in {one.by for one in before}:
            raise SecondPersonRequired("It waits for a second person: whoever wanted it before is none.")
        if len(before) + 1 < state.order.needed:
            return [
                WithdrawalElsewhereWanted(
                    **state.order.fact.fields(),
                    rest_minor=state.rest_minor,
                    wanted_by=command.retrier,
                    wanted_at=command.now,
                    reason=command.reason,
                    lapsed=tuple(one.by for one in state.parts.yeses if one not in before),
                )
            ]
    return [
        WithdrawalRetried(
            **state.order.fact.fields(),
            rest_minor=state.rest_minor,
            retried_by=command.retrier,
            reason=command.reason,
            elsewhere=command.elsewhere,
        )
    ]


def takes_two(state: Halted | Split) -> bool:
    """Whether one person is not enough to send the rest elsewhere: not as much was decided before."""
    return state.order.needed > 1 and state.parts.elsewhere_minor - beyond_minor(state) < state.rest_minor


def _split(command: SplitWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """Of an approved one all may wait: then it has no part yet."""
    parts = command.parts
    if isinstance(state, Approved):
        if state.order.fact.parent_id is not None:
            return []  # A part is not divided again.
        known, left = Parts(), state.order.fact.amount_minor
    elif isinstance(state, Split) and state.rest_minor:
        known, left = state.parts, state.rest_minor
    else:
        return []
    ids = [one.part_id for one in parts] + [one.fact.part_id for one in known.all]
    smallest = min(
        (one.amount_minor for one in parts), default=1 if isinstance(state, Approved) and command.left_out else 0
    )
    if smallest <= 0 or sum(one.amount_minor for one in parts) > left or len(set(ids)) < len(ids):
        raise PartsDiffer
    return [WithdrawalSplit(**state.order.fact.fields(), parts=parts, left_out=command.left_out)]


def _hear(command: HearPart, state: Divided) -> Sequence[WithdrawalEvent]:
    word, fact, parts = command.word, state.order.fact.fields(), state.parts
    part = next((one for one in parts.all if one.fact.part_id == command.part_id), None)
    if part is None:
        return []
    minor = part.fact.amount_minor
    match word:
        case PartWasPaid() if part.stand is Stand.OPEN:
            after = _with(parts, replace(part, stand=Stand.PAID))
            paid, refunded = after.minor(Stand.PAID), after.refunded_minor
            told = WithdrawalPartPaid(
                **fact, part_id=command.part_id, part_minor=minor, paid_minor=paid, refunded_minor=refunded
            )
            return [told]
        case PartFellThrough() if part.stand is Stand.OPEN:
            return [
                WithdrawalPartFailed(
                    **fact, part_id=command.part_id, part_minor=minor, code=word.code, by_hand=word.by_hand
                )
            ]
        case PartCameBack() if part.stand is Stand.PAID:
            back = parts.back_minor + word.amount_minor
            return [
                WithdrawalPartReturned(
                    **fact,
                    part_id=command.part_id,
                    returned_minor=word.amount_minor,
                    back_minor=back,
                    refunded=part.fact.way is Way.REFUND,
                )
            ]
        case _:
            return []


def release_rest(command: RejectWithdrawal, state: Halted) -> WithdrawalRestReleased:
    """A person gives the player back what did not leave."""
    return WithdrawalRestReleased(
        **state.order.fact.fields(),
        rest_minor=state.rest_minor,
        paid_minor=state.parts.minor(Stand.PAID),
        refunded_minor=state.parts.refunded_minor,
        released_by=command.rejecter,
        reason=command.reason,
    )


def evolve_parts(state: Existing, event: PartEvent) -> Withdrawal:
    """The state after an event of a withdrawal in parts."""
    order = state.order
    parts = state.parts if isinstance(state, Divided) else Parts()
    after: Withdrawal
    match event:
        case WithdrawalSplit():
            left_out = {one.deposit_id: one for one in (*parts.left_out, *event.left_out)}
            known = (*parts.all, *map(Part, event.parts))
            after = Split(order, replace(parts, all=known, left_out=tuple(left_out.values()), yeses=()))
        case WithdrawalPartPaid():
            parts = _changed(parts, event, stand=Stand.PAID)
            all_left = parts.minor(Stand.PAID) == order.fact.amount_minor
            after = PaidInParts(order, parts) if all_left else Split(order, parts)
        case WithdrawalPartFailed():
            parts = replace(parts, yeses=())  # Whoever wanted the rest elsewhere did not mean as much.
            after = Split(order, _changed(parts, event, stand=Stand.FAILED, by_hand=event.by_hand))
        case WithdrawalPartReturned():
            after = _returned(state, event)
        case WithdrawalHalted():
            after = Halted(order, parts, event.rest_minor)
        case WithdrawalElsewhereWanted():
            after = _wanted(state, event)
        case WithdrawalRetried():
            after = _retried(state, event)
        case WithdrawalRestReleased():
            after = PartlyPaid(order, parts) if event.paid_minor else Rejected(order)
        case _:
            assert_never(event)
    return after


def _wanted(state: Existing, event: WithdrawalElsewhereWanted) -> Withdrawal:
    if not isinstance(state, Split | Halted):
        return state
    before = (one for one in state.parts.yeses if one.by not in event.lapsed)
    yeses = (*before, Yes(event.wanted_by, event.wanted_at))
    return replace(state, parts=replace(state.parts, yeses=yeses))


def _retried(state: Existing, event: WithdrawalRetried) -> Withdrawal:
    """It may go again to where it failed; where it shall go elsewhere, only to where the player wants it."""
    if not isinstance(state, Split | Halted):
        return state
    order, parts, elsewhere = state.order, state.parts, state.parts.elsewhere_minor
    if event.elsewhere:
        elsewhere = max(elsewhere, beyond_minor(state) + event.rest_minor)
    tried = tuple(
        replace(one, retried=one.retried or not event.elsewhere or one.by_hand or is_named(one.fact, order))
        if one.stand is Stand.FAILED
        else one
        for one in parts.all
    )
    return Split(order, replace(parts, all=tried, elsewhere_minor=elsewhere, yeses=()))


def _returned(state: Existing, event: WithdrawalPartReturned) -> Withdrawal:
    if not isinstance(state, Divided):
        return state
    part = next(one for one in state.parts.all if one.fact.part_id == event.part_id)
    return replace(state, parts=_with(state.parts, replace(part, back_minor=part.back_minor + event.returned_minor)))


def _changed(
    parts: Parts, event: WithdrawalPartPaid | WithdrawalPartFailed, *, stand: Stand, by_hand: bool = False
) -> Parts:
    part = next((one for one in parts.all if one.fact.part_id == event.part_id), None)
    return parts if part is None else _with(parts, replace(part, stand=stand, by_hand=by_hand))


def _with(parts: Parts, part: Part) -> Parts:
    return replace(parts, all=tuple(part if one.fact.part_id == part.fact.part_id else one for one in parts.all))
