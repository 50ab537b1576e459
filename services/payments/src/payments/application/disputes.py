"""Disputes: heard from providers, watched, answered by staff. Their money goes through the deposit they are about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.domain import NotFound
from chassis.store import Outcome, Recorded, UnitOfWork
from payments.application.deposits import hear_about_deposit
from payments.application.desk import Desk
from payments.application.dispute_port import AboutDispute
from payments.application.fraud.hearing import count_warning
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.states import Absent, Refused, Succeeded, asked
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import AnswerDispute, HearDispute, WatchDispute
from payments.domain.dispute.errors import UnlawfulDisputeWord
from payments.domain.dispute.events import DisputeEvent, DisputeFact
from payments.domain.dispute.naming import dispute_id_of
from payments.domain.dispute.states import Absent as NoDispute
from payments.domain.dispute.states import Answering, Dispute, Told
from payments.domain.dispute.words import AnswerStatus, Status

WATCH = "payments.dispute_watch"
"""The background task that warns of a deadline, and notes when it is over."""

WARN_BEFORE = timedelta(days=3)
"""How long before its deadline an unanswered dispute is told about once more."""


_ANSWERING = timedelta(hours=1)
"""While an answer is on its way nothing is said of the deadline; it is looked at again after this."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a word. `why`: its money could not be applied, and a person has to look; the rest was."""

    news: bool
    why: str | None = None


async def hear_about_dispute(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, provider: str, said: AboutDispute, said_at: datetime
) -> Heard:
    """Apply the provider's word, and move the money with it. Call it last in the transaction.

    Raises:
        UnlawfulDisputeWord: it fits no legal transition; nothing was changed.
        NotFound: the deposit is another casino's.
    """
    state = (await uow.load(deposit, deposit_id)).state
    if isinstance(state, Absent | Refused):
        raise UnlawfulDisputeWord("unknown_reference")
    paid = asked(state).fact
    fact = DisputeFact(
        deposit_id=deposit_id,
        player_id=paid.player_id,
        casino_id=paid.casino_id,
        provider=provider,
        reference=said.reference,
        payment=said.word.payment,
    )
    dispute_id = dispute_id_of(paid.casino_id, provider, said.reference)
    command = HearDispute(
        fact=fact,
        word=said.word,
        said_at=said_at,
        deposited_minor=state.amount_minor if isinstance(state, Succeeded) else paid.amount_minor,
        currency=paid.currency,
        fee=said.fee,
    )
    outcome = await uow.decide(dispute, dispute_id, command)
    await _watch(uow, dispute_id, paid.casino_id, outcome)
    if said.money is None:
        await count_warning(desk.fraud, uow, deposit_id, paid, outcome.events)
        return Heard(bool(outcome.events), said.problem)
    try:
        moved = await hear_about_deposit(desk, uow, deposit_id, said.money, said_at, provider=provider)
    except UnlawfulDepositWord as unlawful:
        return Heard(bool(outcome.events), unlawful.why)
    return Heard(bool(outcome.events or moved.events))


async def answer_dispute(uow: UnitOfWork, dispute_id: UUID, status: AnswerStatus) -> Outcome[Dispute, DisputeEvent]:
    """Staff say that it was accepted, or evidence submitted, at the provider.

    Raises:
        NotFound: no such dispute, or another casino's.
        DisputeNotOpen, DisputeAnswerUnderway: no answer is awaited any more, or one is on its way.
    """
    command = AnswerDispute(status=status, now=uow.ctx.occurred_at)
    return await uow.decide(dispute, dispute_id, command)


async def find_dispute(uow: UnitOfWork, dispute_id: UUID) -> Told:
    """The dispute as it stands; NotFound."""
    state = (await uow.load(dispute, dispute_id)).state
    if isinstance(state, NoDispute):
        raise NotFound
    return state


async def timeline_of(uow: UnitOfWork, dispute_id: UUID) -> list[dict[str, Any]]:
    """What happened to it, the oldest first: what was told, and what we did."""
    return [_moment(one) for one in await uow.history(dispute, dispute_id)]


def _moment(recorded: Recorded[DisputeEvent]) -> dict[str, Any]:
    event = recorded.event
    fields = ("stage", "status", "code", "due_at", "defence")
    what = recorded.type.removeprefix("payments.dispute_")
    known = {name: getattr(event, name) for name in fields if hasattr(event, name)}
    return {"at": recorded.meta.occurred_at, "what": what, "by": recorded.meta.actor.id, **known}


async def watch_dispute(uow: UnitOfWork, dispute_id: UUID) -> timedelta | None:
    """Warn of the deadline, or note that it is over; the pause before the next look, or None when there is none."""
    command = WatchDispute(now=uow.ctx.occurred_at, warn_before_s=int(WARN_BEFORE.total_seconds()))
    state = (await uow.decide(dispute, dispute_id, command)).state
    if isinstance(state, Answering):
        return _ANSWERING
    at = _next_look(state)
    return None if at is None else max(at - uow.ctx.occurred_at, timedelta(seconds=1))


def _next_look(state: Dispute) -> datetime | None:
    if not isinstance(state, Told) or state.status is not Status.OPENED or state.due_at is None:
        return None
    return state.due_at if state.stage in state.warned else state.due_at - WARN_BEFORE


async def _watch(uow: UnitOfWork, dispute_id: UUID, casino_id: UUID, outcome: Outcome[Dispute, DisputeEvent]) -> None:
    at = _next_look(outcome.state)
    if outcome.events and at is not None:
        run_at = max(at, uow.ctx.occurred_at)
        await uow.schedule(WATCH, dispute_id, {"casino_id": str(casino_id)}, run_at=run_at)
