"""What can be done to many withdrawals at once. Money moves, so a second person approves any of it."""

from sqlalchemy import and_

from chassis.bulk import BulkAction, Turn
from chassis.store import UnitOfWork
from contracts.payments.errors import PaymentsError
from contracts.payments.permissions import PaymentsPermission as P
from contracts.payments.states import WithdrawalStatus as Status
from payments.application.desk import Desk
from payments.application.withdrawal_moves import WithdrawalOutcome
from payments.application.withdrawals import approve_withdrawal, reject_withdrawal, release_payout
from payments.domain.withdrawal.errors import WithdrawalAlreadyDecided, WithdrawalAlreadySent
from payments.domain.withdrawal.events import WithdrawalStopped
from payments.read_models.withdrawal_list import table

_WITHDRAWALS = "/api/payments/v1/withdrawals"
_MONEY = (table.c.amount_minor, table.c.currency)
_MOOT = (WithdrawalAlreadyDecided, WithdrawalAlreadySent)


def _done(outcome: WithdrawalOutcome) -> bool | str:
    """What became known meanwhile is kept; people look at the withdrawal by itself."""
    if any(isinstance(event, WithdrawalStopped) for event in outcome.events):
        return PaymentsError.WITHDRAWAL_STOPPED
    return bool(outcome.events)


def bulk_actions(desk: Desk) -> list[BulkAction]:
    """Approve, reject and release withdrawals. The second person of a single withdrawal is asked for as ever."""

    async def approve(uow: UnitOfWork, turn: Turn) -> bool | str:
        return _done(await approve_withdrawal(desk, uow, turn.row_id, turn.caller))

    async def reject(uow: UnitOfWork, turn: Turn) -> bool:
        return bool((await reject_withdrawal(desk, uow, turn.row_id, turn.caller, turn.reason)).events)

    async def release(uow: UnitOfWork, turn: Turn) -> bool | str:
        """The batch is the job: its list, its totals, what became of each."""
        return _done(await release_payout(desk, uow, turn.row_id, turn.caller, uow.ctx.correlation_id))

    return [
        BulkAction(
            list=_WITHDRAWALS,
            name="release",
            title="Release payouts as a batch",
            permission=P.WITHDRAWAL_APPROVE,
            do=release,
            money=_MONEY,
            reason_permission=P.WITHDRAWAL_VIEW_REASON,
        ),
        BulkAction(
            list=_WITHDRAWALS,
            name="approve",
            title="Approve withdrawals",
            permission=P.WITHDRAWAL_APPROVE,
            do=approve,
            money=_MONEY,
            reason_permission=P.WITHDRAWAL_VIEW_REASON,
            by_itself=and_(table.c.status == Status.AWAITING_APPROVAL, table.c.approvals_needed > 1),
            moot=_MOOT,
        ),
        BulkAction(
            list=_WITHDRAWALS,
            name="reject",
            title="Reject withdrawals",
            permission=P.WITHDRAWAL_REJECT,
            do=reject,
            money=_MONEY,
            reason_permission=P.WITHDRAWAL_VIEW_REASON,
            moot=_MOOT,
        ),
    ]
