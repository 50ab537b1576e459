"""A role is given to a member of staff; with a critical permission in it, by two people."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.approvals import GuardedCommand, Subject
from chassis.domain import uuid7
from chassis.http import Reason, StrictModel
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.grants import lines
from security.domain.second import critical_in
from security.entrypoints.access import role_to_give
from security.entrypoints.http.assignments.giving import Gift, casinos_named, give
from security.entrypoints.http.staff.schemas import Assigned
from security.entrypoints.second_person import giver, place, rule, size

GIVE_ROLE: Final = "security.give_role"
_V1: Final = "/api/security/v1"


class GiveRole(StrictModel):
    """Which role, to whom, where, from and until when."""

    staff_id: UUID
    role_id: UUID
    casinos: Annotated[list[str], Field(min_length=1, max_length=500)]
    not_before: datetime | None = None
    expires_at: datetime | None = None
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    conflict_override: Reason | None = None

    def gift(self, approved_by: str | None = None) -> Gift:
        """As it is given; Invalid when the casinos are none."""
        return Gift(
            staff_id=self.staff_id,
            assignment_id=uuid7(),
            role_id=self.role_id,
            casinos=casinos_named(self.casinos),
            not_before=self.not_before,
            expires_at=self.expires_at,
            ticket=self.ticket,
            approved_by=approved_by,
            conflict_override=self.conflict_override,
        )


async def describe(uow: UnitOfWork, payload: GiveRole) -> Subject:
    """What he would hold. The role must be as it was proposed when it is given."""
    found, casinos = await role_to_give(uow, payload.role_id), casinos_named(payload.casinos)
    critical = critical_in(lines(grants_of(found), casinos), await catalogue.load(uow.connection))
    return Subject(
        casino_id=place(casinos, critical),
        kind="staff",
        id=str(payload.staff_id),
        summary=f"Give the role {found.name}",
        after=shown(found, casinos, critical, not_before=payload.not_before, expires_at=payload.expires_at),
        version=f"{found.role_id}@{found.version}",
        beneficiary=payload.staff_id,
        size=size(critical),
    )


def shown(found: Any, casinos: tuple[str, ...], critical: list[str], **times: datetime | None) -> dict[str, Any]:
    """What an approver sees of a role that is given."""
    said = {name: at.isoformat() for name, at in times.items() if at is not None}
    return {"role": found.name, "version": found.version, "casinos": list(casinos), "critical": critical, **said}


async def execute(uow: UnitOfWork, payload: GiveRole) -> BaseModel:
    """Give it, by all the rules of giving a role as they are now."""
    gift = payload.gift(uow.ctx.authorised_by)
    await give(uow, giver(uow.ctx), gift)
    return Assigned(assignment_id=gift.assignment_id)


GIVING = GuardedCommand(
    name=GIVE_ROLE,
    rule=rule(P.ROLE_ASSIGN),
    payload=GiveRole,
    describe=describe,
    execute=execute,
    beside=frozenset(
        {
            f"DELETE {_V1}/clients/{{client_id}}/assignments/{{assignment_id}}",
            f"POST {_V1}/elevations/{{elevation_id}}/refuse",
            f"POST {_V1}/elevations/{{elevation_id}}/end",
        }
    ),
)
"""Saying no never waits for anybody, nor does taking away what denies nothing critical."""
