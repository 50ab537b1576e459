"""What was approved waits, is held, or is about to be sent."""

from collections.abc import Sequence
from dataclasses import replace

from payments.domain.withdrawal.commands import HoldPayout, StartPayout
from payments.domain.withdrawal.events import PayoutHeld, PayoutReleased, PayoutStarted, WithdrawalEvent
from payments.domain.withdrawal.states import Approved, Errand, Existing, Withdrawal


def hold(command: HoldPayout, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """It is looked at every minute; what is told is that the reason is another one."""
    if not isinstance(state, Approved) or state.held is command.why:
        return []
    return [PayoutHeld(**state.order.fact.fields(), why=command.why)]


def start(command: StartPayout, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """Only an approved withdrawal is sent. Everybody else who asks has been overtaken and hears nothing new.

    One that was called back is sent under its first id: should the provider have the order after all, it is the same.
    """
    if isinstance(state, Approved):
        before = state.order.errand
        return [
            PayoutStarted(
                **state.order.fact.fields(),
                request_id=command.request_id if before is None else before.request_id,
                sent_as=command.sent_as,
                winnings_minor=command.winnings_minor,
                left_out=command.left_out,
            )
        ]
    return []


def waiting(state: Existing, event: PayoutReleased | PayoutHeld) -> Existing:
    """It goes with a batch, or something holds it; where it is not approved any more that says nothing."""
    if not isinstance(state, Approved):
        return state
    if isinstance(event, PayoutHeld):
        return replace(state, held=event.why)
    return replace(state, batch_id=event.batch_id, held=None)


def errand_of(event: PayoutStarted) -> Errand:
    """How it goes to its provider."""
    return Errand(event.request_id, event.sent_as, winnings_minor=event.winnings_minor, left_out=event.left_out)
