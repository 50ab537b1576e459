"""People look into a case: they take it, write down what they find, and say what it was."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import NotFound
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.domain.fraud_case.aggregate import Absent, facts, fraud_case
from payments.domain.fraud_case.commands import AssignCase, DecideCase, NoteCase
from payments.domain.fraud_case.words import CaseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote; None: its player was forgotten, and with him the words."""

    note_id: UUID
    text: str | None
    author: str
    noted_at: datetime


async def assign_case(uow: UnitOfWork, case_id: UUID, assignee: UUID | None) -> None:
    """Have somebody look into it. Raises NotFound, FraudCaseClosed."""
    await uow.decide(fraud_case, case_id, AssignCase(assignee=None if assignee is None else str(assignee)))


async def note_case(desk: Desk, uow: UnitOfWork, case_id: UUID, note_id: UUID, text: str) -> None:
    """Write something down, readable with the player's key only. Raises NotFound, SubjectErased."""
    state = (await uow.load(fraud_case, case_id)).state
    if isinstance(state, Absent):
        raise NotFound
    sealed = await desk.vault.encrypt(uow.connection, facts(state).player_id, text)
    command = NoteCase(note_id=note_id, note=sealed, author=uow.ctx.actor.id, now=uow.ctx.occurred_at)
    await uow.decide(fraud_case, case_id, command)


async def decide_case(uow: UnitOfWork, case_id: UUID, outcome: CaseOutcome) -> None:
    """Say what it was. Raises NotFound, FraudCaseClosed."""
    await uow.decide(fraud_case, case_id, DecideCase(outcome=outcome, by=uow.ctx.actor.id, now=uow.ctx.occurred_at))


async def notes_of(desk: Desk, uow: UnitOfWork, case_id: UUID) -> list[Note]:
    """What was written down, in clear, the oldest first."""
    state = (await uow.load(fraud_case, case_id)).state
    if isinstance(state, Absent):
        raise NotFound
    case = facts(state)
    return [
        Note(
            note_id=one.note_id,
            text=await desk.vault.decrypt(uow.connection, case.player_id, one.note),
            author=one.author,
            noted_at=one.noted_at,
        )
        for one in case.notes
    ]
