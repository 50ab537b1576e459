"""What giving a role takes, however it comes about: no more than the giver holds, and no duties that are kept apart."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.auth import Forbidden
from chassis.domain import Invalid
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.duties import Conflict, conflicts
from security.domain.grants import EVERYWHERE, Catalogue, Line, held_at, lines, places
from security.domain.second import critical_in
from security.domain.staff.aggregate import Active, staff
from security.domain.staff.commands import AssignRole, WithdrawRole
from security.domain.staff.errors import DutiesConflict
from security.entrypoints.access import held_by, held_now_or_later, role_to_give
from security.entrypoints.http.reach import require_held
from security.read_models.staff_list import staff_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A role for somebody. `conflict_override` is why duties may meet in him, if the giver says so."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    casinos: tuple[str, ...]
    not_before: datetime | None = None
    expires_at: datetime | None = None
    ticket: str | None = None
    approved_by: str | None = None
    conflict_override: str | None = None


async def give(uow: UnitOfWork, by: UUID, gift: Gift) -> None:
    """Give the role, as whoever gives it.

    Raises:
        RoleUnknown, RoleIsRetired, RoleForEmergencies: there is no such role to give.
        BeyondOwnAccess: it is more than the giver holds, there and for as long.
        DutiesConflict: one person would hold what is kept with two, and nobody said why.
        Forbidden: the giver may not let duties meet.
        OwnAccess: it is for the giver himself.
        SecondPersonNeeded: it is critical, and nobody else has said yes.
    """
    await uow.decide(staff, gift.staff_id, await _command(uow, by, gift))


async def require_possible(uow: UnitOfWork, by: UUID, gift: Gift) -> None:
    """Whether it could be given now, but for a second person; raises as `give` does."""
    command = replace(await _command(uow, by, gift), critical=())
    staff.decide(command, (await uow.load(staff, gift.staff_id)).state)


async def _command(uow: UnitOfWork, by: UUID, gift: Gift) -> AssignRole:
    found = await role_to_give(uow, gift.role_id)
    known = await catalogue.load(uow.connection)
    given = lines(grants_of(found), gift.casinos, gift.expires_at)
    await require_held(uow, by, given, known)
    met = await meeting(uow, gift.staff_id, given, known)
    return AssignRole(
        staff_id=gift.staff_id,
        assignment_id=gift.assignment_id,
        role_id=gift.role_id,
        role_name=found.name,
        casinos=gift.casinos,
        by=by,
        now=uow.ctx.occurred_at,
        not_before=gift.not_before,
        expires_at=gift.expires_at,
        ticket=gift.ticket,
        approved_by=gift.approved_by,
        override=await _override(uow, by, gift, met, known),
        critical=tuple(critical_in(given, known)),
    )


async def meeting(uow: UnitOfWork, staff_id: UUID, given: list[Line], known: Catalogue) -> list[Conflict]:
    """The duties that would newly meet in a person. Another role that is given to him at the same time waits, so that
    both are looked at together.
    """
    table = staff_list.table
    await uow.connection.execute(select(table.c.staff_id).where(table.c.staff_id == staff_id).with_for_update())
    held = await held_now_or_later(uow.connection, staff_id, uow.ctx.occurred_at)
    before = conflicts(held, known)
    return [one for one in conflicts([*held, *given], known) if one not in before]


async def take_back(uow: UnitOfWork, staff_id: UUID, assignment_id: UUID) -> None:
    """End an assignment on the installation's account, if it is still there."""
    there: Any = (await uow.load(staff, staff_id)).state
    if isinstance(there, Active) and assignment_id in there.roles:
        await uow.decide(staff, staff_id, WithdrawRole(staff_id=staff_id, assignment_id=assignment_id, by=None))


def casinos_named(given: list[str]) -> tuple[str, ...]:
    """Casino ids in order, or `*` alone; Invalid when it is something else."""
    if given == ["*"]:
        return ("*",)
    try:
        return tuple(sorted({str(UUID(one)) for one in given}))
    except ValueError:
        raise Invalid("Name casino ids, or * alone.", field="casinos") from None


async def _override(uow: UnitOfWork, by: UUID, gift: Gift, met: list[Conflict], known: Catalogue) -> str | None:
    """The reason why duties may meet, if they do; DutiesConflict without one, Forbidden for whoever may not say so."""
    if not met:
        return None
    if gift.conflict_override is None:
        named = "; ".join(f"{one.pair.first} and {one.pair.second}: {one.pair.why}" for one in met[:3])
        raise DutiesConflict(f"One person would hold {named}", field="role_id")
    own = await held_by(uow.connection, by, uow.ctx.occurred_at)
    where = places(own) if gift.casinos == EVERYWHERE else gift.casinos
    if not all(str(P.CONFLICT_OVERRIDE) in held_at(own, casino, known) for casino in where):
        raise Forbidden
    return gift.conflict_override
