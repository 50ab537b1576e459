"""What can be done to many sessions at once."""

from sqlalchemy import select

from chassis.bulk import BulkAction, Turn
from chassis.domain import NotFound
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import sessions
from security.adapters.tables import session
from security.entrypoints.http.reach import require_colleague

_FEW = 25


async def _end(uow: UnitOfWork, turn: Turn) -> bool:
    owner = select(session.c.subject_id).where(session.c.id == turn.row_id, session.c.subject_kind == "staff")
    subject_id = (await uow.connection.execute(owner)).scalar_one_or_none()
    if subject_id is None:
        raise NotFound
    await require_colleague(uow.connection, turn.caller, subject_id)
    return bool(await sessions.end_sessions(uow, subject_id, "ended_by_colleague", only=turn.row_id))


BULK = (
    BulkAction(
        list="/api/security/v1/sessions",
        name="end",
        title="End sessions of members of staff",
        permission=P.SESSION_END,
        do=_end,
        alone=_FEW,
    ),
)
