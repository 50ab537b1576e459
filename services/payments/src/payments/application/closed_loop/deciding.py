"""What people decide about a withdrawal that goes out in parts, and about one of them."""

from uuid import UUID

from chassis.approvals import Authority
from chassis.auth import Caller
from chassis.domain import NotFound
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.refunds import stop_refund
from payments.application.second_person import Before, said_before
from payments.application.withdrawal_moves import WithdrawalOutcome, decide_withdrawal
from payments.application.withdrawals import locked, refuse_owing
from payments.domain.refund.aggregate import refund
from payments.domain.refund.states import Absent as NoRefund
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import RejectWithdrawal, RetryWithdrawal
from payments.domain.withdrawal.going import Way
from payments.domain.withdrawal.parts import takes_two
from payments.domain.withdrawal.states import Absent, Divided, Halted, Split


async def retry_withdrawal(
    desk: Desk,
    uow: UnitOfWork,
    withdrawal_id: UUID,
    caller: Caller,
    *,
    reason: str,
    elsewhere: bool,
    authority: Authority,
) -> WithdrawalOutcome:
    """Look for a way once more for what did not leave. It goes to no other place than an approved withdrawal may, and
    never is more on its way than was approved. `elsewhere`: what fell through, and what its source cannot receive now,
    goes where he wants it, once as many people want that as it took to approve the whole, by the same rules; the first
    one is recorded.

    Raises:
        NotFound, Forbidden, StepUpNeeded: the caller may not approve as much, there, or must prove again who he is.
        NothingToRetry: nothing of it waits for a person.
        SecondPersonRequired, PolicyStale: as when it is approved.
        DebtOutstanding, DisputeOpen: it would be halted again.
    """
    state = await locked(desk, uow, withdrawal_id, caller)
    await refuse_owing(desk, uow, state.order.fact)
    now, before = uow.ctx.occurred_at, Before()
    if elsewhere and isinstance(state, Halted | Split) and takes_two(state):
        before = await said_before(caller, state.order.fact, state.parts.yeses, authority, now)
    command = RetryWithdrawal(retrier=str(caller.id), reason=reason, now=now, elsewhere=elsewhere, lost=before.lost)
    return await decide_withdrawal(desk, uow, withdrawal_id, command, authorised_by=before.named)


async def reject_part(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, part_id: UUID, caller: Caller, reason: str
) -> None:
    """Stop a part that was not sent, whichever way it goes; its money then looks for another among those that people
    could see, or waits for them.

    Raises:
        NotFound, Forbidden, StepUpNeeded: there is no such part, or the caller may not reject as much, there.
        WithdrawalAlreadySent, WithdrawalAlreadyDecided, RefundAlreadySent: too late.
    """
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, Absent):
        raise NotFound
    fact = state.order.fact
    caller.must_see(fact.casino_id)
    parts = state.parts.all if isinstance(state, Divided) else ()
    part = next((one.fact for one in parts if one.fact.part_id == part_id), None)
    if part is None:
        raise NotFound
    caller.must(P.WITHDRAWAL_REJECT, fact.casino_id, part.amount_minor, fact.currency)
    if part.way is Way.PAYOUT:
        await decide_withdrawal(desk, uow, part_id, RejectWithdrawal(rejecter=str(caller.id), reason=reason))
        return
    ordered = (await uow.load(refund, part_id)).state
    if isinstance(ordered, NoRefund):
        raise NotFound
    await stop_refund(desk, uow, part_id, ordered.fact, rejected=True)
