"""The policy as the tables have it at this moment, for an answer about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Numeric, Text, cast, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy.model import Policy
from security.adapters import catalogue, ties
from security.adapters.factor_tables import tie
from security.adapters.tables import permission
from security.application.policy import Known, policy_of
from security.entrypoints.client_policy import client_subjects
from security.read_models.assignment_list import assignment_list
from security.read_models.client_assignments import client_assignments
from security.read_models.client_list import client_list
from security.read_models.role_list import role_list
from security.read_models.staff_list import staff_list


async def policy_now(connection: AsyncConnection, now: datetime) -> Policy:
    """Everything that holds, whether it has been published yet or not; its version is nobody's."""
    known = Known(
        permissions=(await catalogue.metas(connection)).values(),
        roles=(await connection.execute(select(role_list.table))).all(),
        assignments=(await connection.execute(select(assignment_list.table))).all(),
        staff=(await connection.execute(select(staff_list.table))).all(),
        clients=await client_subjects(connection),
        ties=await ties.in_force(connection, now),
    )
    return policy_of(known, version=0, issued_at=now)


_MADE_OF = (
    permission,
    role_list.table,
    assignment_list.table,
    staff_list.table,
    client_assignments.table,
    client_list.table,
    tie,
)


async def stamp_now(connection: AsyncConnection) -> tuple[Any, ...]:
    """Another one whenever a row of what the policy is made of came, went or changed, whoever wrote it.

    It is how many rows there are, and a sum over where each one lies and which transaction wrote it: a row that is
    written again lies elsewhere. Counters and times would miss what is committed after what is newer than it.
    """
    where, wrote = cast(column("ctid"), Text), cast(column("xmin"), Text)
    row = cast(func.hashtextextended(where + wrote, 0), Numeric)
    said = func.concat(func.count(), ":", func.coalesce(func.sum(row), 0))
    sums = [select(said).select_from(table).scalar_subquery() for table in _MADE_OF]
    return tuple((await connection.execute(select(*sums))).one())
