"""One command of a withdrawal with everything that follows from it in the same transaction."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.store import Outcome, UnitOfWork
from payments.application.desk import Desk
from payments.application.instruments.seeing import prove_payee
from payments.application.lanes import orders, questions
from payments.application.ledger import Transfer, ensure_posted
from payments.application.postings import withdrawal_transfers
from payments.application.processes.patience import SLOWEST_WEBHOOK
from payments.application.requested import drop_request
from payments.application.restrictions import look_at_debt
from payments.application.routing.payouts_ended import note_payouts
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import (
    CancelWithdrawal,
    HearPart,
    HearProvider,
    RejectWithdrawal,
    RequestWithdrawal,
    WithdrawalCommand,
)
from payments.domain.withdrawal.events import (
    BackWithPlayer,
    PayoutReleased,
    PayoutSent,
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalEvent,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalRejected,
    WithdrawalRetried,
    WithdrawalReturned,
)
from payments.domain.withdrawal.states import Existing, Split, Withdrawal
from payments.domain.withdrawal.words import PartCameBack, PartFellThrough, PartWasPaid, PartWord

SEND = "payments.payout_send"
"""The background task that sends the order to pay, and sends it again until an answer is believed."""

ASK = "payments.payout_ask"
"""The background task that asks what became of an order the provider took, where it can be asked."""

RESUME = "payments.withdrawal_resume"
"""The background task that finds another way for what did not leave of a withdrawal in parts."""

WithdrawalOutcome = Outcome[Withdrawal, WithdrawalEvent]


async def decide_withdrawal(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, command: WithdrawalCommand, *, authorised_by: str | None = None
) -> WithdrawalOutcome:
    """One command; the money it moves and the payout it sets going are in the same transaction.

    The wallet is locked before anything is written, as wherever money of a player moves: so nobody waits in a circle.
    """
    command = await _with_debt(desk, uow, withdrawal_id, command)
    outcome = await uow.decide(withdrawal, withdrawal_id, command, authorised_by=authorised_by)
    for event in outcome.events:
        if await _goes_out(desk, uow, event):
            about = {"casino_id": str(event.casino_id)}
            await uow.schedule(SEND, withdrawal_id, about, lane=orders(event.provider))
        if isinstance(event, WithdrawalRetried):
            await uow.schedule(RESUME, withdrawal_id, {"casino_id": str(event.casino_id)})
        if isinstance(event, PayoutSent):
            about, later = {"casino_id": str(event.casino_id)}, uow.ctx.occurred_at + SLOWEST_WEBHOOK
            await uow.schedule(ASK, withdrawal_id, about, run_at=later, lane=questions(event.provider))
        if isinstance(event, WithdrawalPaid | WithdrawalReturned) and isinstance(outcome.state, Existing):
            arrived = isinstance(event, WithdrawalPaid)
            await prove_payee(desk, uow, withdrawal_id, outcome.state.order, arrived=arrived)
        if isinstance(event, WithdrawalRejected | WithdrawalCancelled | WithdrawalFailed):
            await drop_request(desk, uow, withdrawal_id, event.provider, event.casino_id)
    await note_payouts(desk, uow, withdrawal_id, outcome.state, outcome.events)
    transfers = withdrawal_transfers(withdrawal_id, outcome.events)
    transfers += await _tell_whole(desk, uow, withdrawal_id, outcome.events)
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))
    for paid in (one for one in outcome.events if isinstance(one, BackWithPlayer) and one.recovered_minor):
        await look_at_debt(desk, uow, paid.player_id, paid.casino_id, paid.currency)
    return outcome


async def _with_debt(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, command: WithdrawalCommand) -> WithdrawalCommand:
    if isinstance(command, RequestWithdrawal):
        return command  # Whoever asks has locked his own, and what is another's is refused.
    known = (await uow.load(withdrawal, withdrawal_id)).state
    if not isinstance(known, Existing):
        return command
    fact = known.order.fact
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None or not isinstance(command, RejectWithdrawal | CancelWithdrawal | HearProvider):
        return command
    return replace(command, owed_minor=wallet.owed_minor)


async def _goes_out(desk: Desk, uow: UnitOfWork, event: WithdrawalEvent) -> bool:
    """Whether it is sent now: once it is approved, or released with a batch where the casino pays in batches."""
    if not isinstance(event, WithdrawalApproved) or not event.final:
        return isinstance(event, PayoutReleased)
    if event.parent_id is not None:
        return True  # Its whole was released before it was divided.
    policy = await desk.policies.find(uow.connection, event.casino_id, event.currency)
    return policy is None or not policy.in_batches


async def _tell_whole(desk: Desk, uow: UnitOfWork, part_id: UUID, events: Sequence[WithdrawalEvent]) -> list[Transfer]:
    transfers: list[Transfer] = []
    for event in events:
        word = _of_part(event)
        if event.parent_id is not None and word is not None:
            transfers += await tell_whole(desk, uow, event.parent_id, part_id, word, event.casino_id)
    return transfers


async def tell_whole(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, part_id: UUID, word: PartWord, casino_id: UUID
) -> list[Transfer]:
    """A part says what became of it; what has no part then is looked after by a task.

    What moves for the whole because of that, to be posted together with what moves for the part.
    """
    outcome = await uow.decide(withdrawal, withdrawal_id, HearPart(part_id=part_id, word=word))
    await note_payouts(desk, uow, withdrawal_id, outcome.state, outcome.events)
    if isinstance(outcome.state, Split) and outcome.state.rest_minor:
        await uow.schedule(RESUME, withdrawal_id, {"casino_id": str(casino_id)})
    return withdrawal_transfers(withdrawal_id, outcome.events)


def _of_part(event: WithdrawalEvent) -> PartWord | None:
    match event:
        case WithdrawalPaid():
            return PartWasPaid()
        case WithdrawalFailed():
            return PartFellThrough(code=event.code, by_hand=event.by_hand)
        case WithdrawalRejected():
            return PartFellThrough(code="rejected")
        case WithdrawalReturned():
            return PartCameBack(amount_minor=event.returned_minor)
        case _:
            return None
