"""One-time passwords: for whoever lost the old one, and for whoever comes back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.http.once import REPLAYED
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import credentials, sessions, ties
from security.application.passwords import one_time_password
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import EnableStaffMember, GiveOneTimePassword
from security.domain.staff.errors import StaffMemberUnknown
from security.entrypoints.http.reach import casinos_of, require_as_much
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.staff.schemas import Renew, Renewed, StaffAdded

router = APIRouter(prefix="/api/security/v1/staff/{staff_id}", tags=["staff"])


@router.post("/one-time-password", response_model=Renewed)
async def give_one_time_password(
    caller: Annotated[Caller, Requires(P.STAFF_RESET)], staff_id: UUID, body: Renew, door: Door, once: Once
) -> Response:
    """Replace a colleague's password. The first answer, and only that, holds a one-time password; every session of the
    colleague ends, and a lock is lifted. It takes somebody who may do all that the colleague may; a manager of some
    casinos does it for those who work at these alone.
    """
    password = one_time_password()
    hashed = await door.passwords.hash(password)

    async def work(uow: UnitOfWork) -> Renewed:
        until = uow.ctx.occurred_at + door.policy.one_time_password
        command = GiveOneTimePassword(staff_id=staff_id, by=caller.id, usable_until=until, within=casinos_of(caller))
        await uow.decide(staff, staff_id, command)
        await require_as_much(uow, caller, staff_id)
        return await _renewed(uow, caller, staff_id, hashed, until)

    return shown_once(await once(caller, work, status=200, reason=body.reason), Renewed, password)


@router.post("/enable", response_model=Renewed)
async def enable_staff(
    caller: Annotated[Caller, Requires(P.STAFF_ENABLE)], staff_id: UUID, body: Renew, door: Door, once: Once
) -> Response:
    """Let a disabled colleague come back, with no role. The first answer, and only that, holds a one-time password. A
    manager of some casinos does it for those who worked at these alone.
    """
    password = one_time_password()
    hashed = await door.passwords.hash(password)

    async def work(uow: UnitOfWork) -> Renewed:
        until = uow.ctx.occurred_at + door.policy.one_time_password
        command = EnableStaffMember(staff_id=staff_id, by=caller.id, usable_until=until, within=casinos_of(caller))
        await uow.decide(staff, staff_id, command)
        return await _renewed(uow, caller, staff_id, hashed, until)

    return shown_once(await once(caller, work, status=200, reason=body.reason), Renewed, password)


async def _renewed(uow: UnitOfWork, caller: Caller, staff_id: UUID, hashed: str, until: datetime) -> Renewed:
    """The password first: a log-in with the old one that is under way has its session ended with the others. Whoever
    knows the new one is no second person for its owner for a while.
    """
    if not await credentials.replace_staff(uow, staff_id, hashed, usable_until=until):
        raise StaffMemberUnknown
    await ties.bind(uow, staff_id, caller.id)
    await sessions.end_sessions(uow, staff_id, "password_changed")
    return Renewed(staff_id=staff_id, usable_until=until)


def shown_once(answer: Response, shape: type[StaffAdded | Renewed], password: str) -> Response:
    """The first answer with the password in it; what is kept for repeats is without."""
    if REPLAYED in answer.headers:
        return answer
    shown = shape.model_validate_json(bytes(answer.body)).model_copy(update={"one_time_password": password})
    return Response(shown.model_dump_json(), status_code=answer.status_code, media_type="application/json")
