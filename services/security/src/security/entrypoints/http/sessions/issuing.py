"""Tokens for a session that is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Application
from security.adapters import factors
from security.adapters.sessions import Opened
from security.application.door import DoorKeeper
from security.application.tokens import access_token
from security.entrypoints.http.sessions.schemas import Tokens
from security.read_models.break_glass_list import open_for
from security.read_models.staff_list import staff_list


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in: the credential and the session."""

    kept: Any
    session: Opened


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token, and what stands in its owner's way."""

    access_token: str
    expires_in_s: int
    must_change_password: bool
    factor_due_at: datetime | None


async def issue(app: Application, door: DoorKeeper, entered: Entered, lifetime: timedelta) -> Issued:
    """An access token for the session as it stands. One that says that an emergency is open is over with it."""
    kept, session, now = entered.kept, entered.session, door.clock.now()
    version: int | None = None
    due: datetime | None = None
    emergency: Any | None = None
    if kept.subject_kind == "staff":
        version = (await door.policies.renew()).version
        async with app.db.read() as connection:
            due = await factor_due_at(connection, door, kept.subject_id)
            emergency = await open_for(connection, kept.subject_id, now)
    if emergency is not None:
        lifetime = min(lifetime, emergency.ends_at - now)
    token = access_token(
        await door.keys.current(),
        kind=kept.subject_kind,
        subject_id=kept.subject_id,
        session_id=session.id,
        now=now,
        lifetime=lifetime,
        authenticated_at=session.authenticated_at,
        amr=session.amr,
        casino_id=session.casino_id,
        policy_version=version,
        must_change_password=kept.must_change,
        must_add_factor=due is not None and due <= now,
        emergency=emergency.break_glass_id if emergency is not None else None,
    )
    return Issued(token, int(lifetime.total_seconds()), kept.must_change, due)


async def tokens(app: Application, door: DoorKeeper, entered: Entered) -> Tokens:
    """What a program gets that logs in or goes on."""
    issued = await issue(app, door, entered, door.policy.access_token)
    return Tokens(
        access_token=issued.access_token,
        refresh_token=entered.session.secret,
        expires_in_s=issued.expires_in_s,
        must_change_password=issued.must_change_password,
        factor_due_at=issued.factor_due_at,
        subject_id=entered.kept.subject_id,
    )


async def factor_due_at(connection: AsyncConnection, door: DoorKeeper, staff_id: UUID) -> datetime | None:
    """Until when a colleague may do without a second factor; None when he has one, or none is asked for."""
    if not door.policy.require_factor or await factors.of(connection, staff_id):
        return None
    statement = select(staff_list.table.c.added_at).where(staff_list.table.c.staff_id == staff_id)
    added_at: datetime = (await connection.execute(statement)).scalar_one()
    return added_at + door.policy.factor_grace
