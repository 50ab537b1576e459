"""What became of withdrawals whose provider was chosen, told to the log of decisions from what happens to them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.routing.ports import RoutingOutcome
from payments.domain.withdrawal.events import (
    WithdrawalCancelled,
    WithdrawalEvent,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalPartPaid,
    WithdrawalRejected,
    WithdrawalRestReleased,
)
from payments.domain.withdrawal.states import Absent, Withdrawal

ERASED: Final = "destination_erased"
"""Why a payout failed that nobody was asked for: where it should go cannot be read any more."""


async def note_payouts(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, state: Withdrawal, events: Iterable[WithdrawalEvent]
) -> None:
    """Keep what these events say of the provider that was chosen.

    Of a withdrawal in parts that is what became of those that went where the player wanted it; where none did, nothing
    is said of the provider. That it came back after it was paid is no news of the provider either.
    """
    if isinstance(state, Absent) or state.order.method is None:
        return
    about = state.order.fact.parent_id or withdrawal_id
    for event in events:
        became = _became(event)
        if became is None:
            continue
        outcome, code = became
        await desk.routing.ended(uow.connection, about, event.provider, outcome, code, uow.ctx.occurred_at)


def _became(event: WithdrawalEvent) -> tuple[RoutingOutcome, str | None] | None:
    match event:
        case WithdrawalPaid():
            return RoutingOutcome.SETTLED, None
        case WithdrawalFailed():
            return RoutingOutcome.EXPIRED if event.code == ERASED else RoutingOutcome.DECLINED, event.code
        case WithdrawalRejected() | WithdrawalCancelled() | WithdrawalRestReleased():
            return RoutingOutcome.EXPIRED, None
        case WithdrawalPartPaid() if event.paid_minor == event.amount_minor:
            return RoutingOutcome.EXPIRED, None
        case _:
            return None
