"""People look into a case: they take it, write down what they find, and say what it was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.approvals import Authority
from chassis.auth.policy.model import Wish
from chassis.domain import Invalid, NotFound
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
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


_NEVER_SEEN = datetime.fromtimestamp(0, UTC)
"""Nobody says that they held it before: whom the policy here does not know may not."""


async def assign_case(
    uow: UnitOfWork, case_id: UUID, casino_id: UUID, assignee: UUID | None, authority: Authority
) -> None:
    """Have somebody of the staff look into it who may decide cases of the casino.

    Raises:
        NotFound, FraudCaseClosed: there is nothing to look into.
        Invalid: the assignee may not, or is nobody.
        PolicyStale: nobody can tell at the moment.
    """
    if assignee is not None:
        await authority.look()
        wish = Wish(permission=P.FRAUD_CASE_DECIDE, casino_id=casino_id)
        if not authority.may(assignee, wish, since=_NEVER_SEEN, now=uow.ctx.occurred_at):
            raise Invalid("Somebody of the staff who may decide cases of this casino.", field="assignee")
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
