"""Clients as the policy knows them: subjects with assignments, within the casinos of their terms."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy.model import PolicyAssignment, PolicySubject
from chassis.store import CasinoScope
from security.read_models.client_assignments import client_assignments
from security.read_models.client_list import ClientStatus, client_list

_EVERYWHERE = ["*"]


async def client_subjects(connection: AsyncConnection) -> list[PolicySubject]:
    """Every client; one that is disabled holds nothing, and each assignment ends with its client at the latest.

    An assignment reaches no further than the client's casinos, those of today: terms may have been narrowed since.
    """
    roles, table = client_assignments.table, client_list.table
    held: dict[UUID, list[PolicyAssignment]] = {}
    statement = select(roles, table.c.casinos.label("own"), table.c.expires_at).join(
        table, table.c.client_id == roles.c.client_id
    )
    for row in await connection.execute(statement.order_by(roles.c.assignment_id)):
        assignment = PolicyAssignment(
            id=row.assignment_id,
            role_id=row.role_id,
            scope=_scope(row.casinos) & _scope(row.own),
            expires_at=row.expires_at,
        )
        held.setdefault(row.client_id, []).append(assignment)
    clients = await connection.execute(select(table).order_by(table.c.client_id))
    return [
        PolicySubject(
            id=row.client_id,
            kind="client",
            active=row.status == ClientStatus.ACTIVE,
            assignments=tuple(held.get(row.client_id, ())),
        )
        for row in clients
    ]


def _scope(casinos: list[str]) -> CasinoScope:
    return CasinoScope.everything() if casinos == _EVERYWHERE else CasinoScope.of(*map(UUID, casinos))
