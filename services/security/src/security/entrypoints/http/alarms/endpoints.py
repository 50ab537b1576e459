"""Alarms: what a person must look at. Each is acknowledged by somebody else than the one it is about."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, select, update

from chassis.auth import Caller, Requires
from chassis.domain import NotFound
from chassis.http import Once, Reason, StrictModel
from chassis.http.listing import Field, ListSpec, serve_list
from chassis.store import UnitOfWork
from contracts.security.events import AlarmAcknowledged
from contracts.security.permissions import SecurityPermission as P
from security.adapters import ties
from security.adapters.tables import alarm
from security.domain.staff.errors import OwnAlarm
from security.entrypoints.alarms import AlarmKind
from security.entrypoints.http.reach import colleague_ids

router = APIRouter(prefix="/api/security/v1/alarms", tags=["alarms"])

ALARMS = ListSpec(
    "alarms",
    alarm,
    casino_column=None,
    id_column=alarm.c.alarm_id,
    fields={
        "alarm_id": Field(alarm.c.alarm_id),
        "kind": Field(alarm.c.kind, values=AlarmKind),
        "service": Field(alarm.c.service),
        "staff_id": Field(alarm.c.staff_id, refers="staff"),
        "raised_at": Field(alarm.c.raised_at, sortable=True),
        "facts": Field(alarm.c.facts),
        "acknowledged_at": Field(alarm.c.acknowledged_at),
        "acknowledged_by": Field(alarm.c.acknowledged_by, refers="staff"),
        "findings": Field(alarm.c.findings, ops=()),
    },
    default_order="raised_at.desc",
)
"""An alarm is about a person; a manager of some casinos sees those about colleagues there."""


class AlarmItem(BaseModel):
    """An alarm, open until somebody acknowledged it."""

    alarm_id: UUID
    kind: str
    service: str
    staff_id: UUID
    raised_at: datetime
    facts: dict[str, int | str]
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    findings: str | None


class Acknowledge(StrictModel):
    findings: Reason


_LISTED = Requires(P.ALARM_LIST)


async def of_colleagues(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees those about colleagues who work there."""
    return colleague_ids(caller, alarm.c.staff_id)


serve_list(
    router,
    "",
    ALARMS,
    _LISTED,
    item=AlarmItem,
    export=P.ALARM_EXPORT,
    narrow=of_colleagues,
    summary="What somebody must look at.",
)


@router.post("/{alarm_id}/acknowledge", response_model=AlarmItem)
async def acknowledge_alarm(
    caller: Annotated[Caller, Requires(P.ALARM_ACKNOWLEDGE)], alarm_id: UUID, body: Acknowledge, once: Once
) -> Response:
    """Say what came of it. Nobody acknowledges an alarm about himself; the first to do so is who did."""

    async def work(uow: UnitOfWork) -> AlarmItem:
        shown = select(alarm).where(alarm.c.alarm_id == alarm_id, *colleague_ids(caller, alarm.c.staff_id))
        row = (await uow.connection.execute(shown.with_for_update())).mappings().one_or_none()
        if row is None:
            raise NotFound
        if row["staff_id"] == caller.id:
            raise OwnAlarm
        await ties.require_apart(uow, caller.id, row["staff_id"])
        if row["acknowledged_at"] is not None:
            return AlarmItem.model_validate(dict(row))
        said = {"acknowledged_at": uow.ctx.occurred_at, "acknowledged_by": caller.id, "findings": body.findings}
        await uow.connection.execute(update(alarm).where(alarm.c.alarm_id == alarm_id).values(**said))
        await uow.publish(
            AlarmAcknowledged(alarm_id=alarm_id, kind=row["kind"], staff_id=row["staff_id"], acknowledged_by=caller.id),
            stream_id=f"alarm-{alarm_id}",
        )
        return AlarmItem.model_validate({**row, **said})

    return await once(caller, work, status=200, reason=body.findings)
