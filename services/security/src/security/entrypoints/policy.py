"""The policy as the tables have it at this moment, for an answer about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy.model import Policy
from security.adapters import catalogue
from security.application.policy import Known, policy_of
from security.entrypoints.client_policy import client_subjects
from security.read_models.assignment_list import assignment_list
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
    )
    return policy_of(known, version=0, issued_at=now)
