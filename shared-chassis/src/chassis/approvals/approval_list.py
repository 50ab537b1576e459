"""The proposals of a service, as people look at them."""

from datetime import datetime
from typing import Any, Final, NamedTuple, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.command import Subject
from chassis.approvals.events import (
    APPROVAL_EVENTS,
    ApprovalLapsed,
    Approved,
    Edited,
    Executed,
    Expired,
    Proposed,
    Rejected,
    Voided,
    Withdrawn,
)
from chassis.db.states import ApprovalState
from chassis.db.tables import approval_list as table
from chassis.store import ReadModel, Recorded, Row

OUTCOMES: Final[dict[type[Any], ApprovalState]] = {
    Executed: ApprovalState.EXECUTED,
    Rejected: ApprovalState.REJECTED,
    Withdrawn: ApprovalState.WITHDRAWN,
    Expired: ApprovalState.EXPIRED,
    Voided: ApprovalState.VOIDED,
}
"""What became of a proposal, by its last event."""


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The proposal after an event."""
    if isinstance(recorded.event, Proposed):
        return _proposed(recorded.stream_key, recorded.event, recorded.meta.occurred_at)
    return None if row is None else _moved(row, recorded.event, recorded.meta.occurred_at)


def _proposed(approval_id: UUID, event: Proposed, at: datetime) -> Row:
    return {
        "id": approval_id,
        "casino_id": event.casino_id,
        "command": event.command,
        "permission": event.permission,
        "approve_permission": event.approve,
        "risk": event.risk,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "summary": event.summary,
        "reason": event.reason,
        "requester_id": event.requester_id,
        "state": ApprovalState.WAITING,
        "code": None,
        "payload_sha256": event.payload_sha256,
        "before": event.before,
        "after": event.after,
        "barred": [str(one) for one in event.barred],
        "approved_by": [],
        "needed": event.needed,
        "proposed_at": at,
        "expires_at": event.expires_at,
        "ended_at": None,
    }


def _moved(
    row: Row,
    event: Edited | Approved | ApprovalLapsed | Executed | Rejected | Withdrawn | Expired | Voided,
    at: datetime,
) -> Row:
    match event:
        case Edited():
            barred = sorted({*row["barred"], *map(str, event.barred)})
            shown = {name: getattr(event, name) for name in ("payload_sha256", "before", "after", "summary")}
            return {**row, **shown, "barred": barred, "approved_by": [], "state": ApprovalState.WAITING}
        case Approved():
            return _approved(row, [*row["approved_by"], str(event.approved_by)])
        case ApprovalLapsed():
            return _approved(row, [one for one in row["approved_by"] if one != str(event.approved_by)])
        case Voided():
            return {**row, "state": ApprovalState.VOIDED, "code": event.code, "ended_at": at}
        case Executed() | Rejected() | Withdrawn() | Expired():
            return {**row, "state": OUTCOMES[type(event)], "ended_at": at}
        case _:
            assert_never(event)


def _approved(row: Row, by: list[str]) -> Row:
    enough = len(by) >= row["needed"]
    return {**row, "approved_by": by, "state": ApprovalState.APPROVED if enough else ApprovalState.WAITING}


approval_list = ReadModel("approval_list", table, APPROVAL_EVENTS, key=lambda one: (one.stream_key,), fold=fold)


async def find(connection: AsyncConnection, approval_id: UUID) -> Row | None:
    """One proposal."""
    row = (await connection.execute(select(table).where(table.c.id == approval_id))).mappings().one_or_none()
    return None if row is None else dict(row)


def has_payload(sha256: str) -> ColumnElement[bool]:
    """Whether what would be done is the same to the letter."""
    return table.c.payload_sha256 == sha256


def comes_to(subject: Subject, reason: str | None) -> ColumnElement[bool]:
    """Whether it is said of the same casino and for the same reason that the same would be so."""
    same_place = table.c.casino_id.is_not_distinct_from(subject.casino_id)
    return and_(same_place, table.c.after == subject.after, table.c.reason.is_not_distinct_from(reason))


async def same_open(
    connection: AsyncConnection, requester_id: UUID, command: str, alike: ColumnElement[bool]
) -> Row | None:
    """What this person has proposed already that is alike, and nobody has decided yet; the newest."""
    statement = select(table).where(
        table.c.requester_id == requester_id, table.c.ended_at.is_(None), table.c.command == command, alike
    )
    newest = statement.order_by(table.c.expires_at.desc()).limit(1)
    row = (await connection.execute(newest)).mappings().one_or_none()
    return None if row is None else dict(row)


async def take_turns(connection: AsyncConnection, name: str) -> None:
    """Wait for whoever does the same thing at the moment, by its name; they wait until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


class Waiting(NamedTuple):
    """Who proposed something that still waits, when, and by which permission."""

    id: UUID
    requester_id: UUID
    permission: str
    casino_id: UUID | None
    since: datetime


async def open_ones(connection: AsyncConnection) -> list[Waiting]:
    """All that still wait."""
    columns = (table.c.id, table.c.requester_id, table.c.permission, table.c.casino_id, table.c.proposed_at)
    rows = await connection.execute(select(*columns).where(table.c.ended_at.is_(None)))
    return [Waiting(*row) for row in rows]
