"""The staff, as the list of colleagues shows them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text, Uuid

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.staff.events import OneTimePasswordGiven, StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled


class StaffStatus(StrEnum):
    """Whether a member of staff may log in."""

    ACTIVE = "active"
    DISABLED = "disabled"


table = Table(
    "rm_staff_list",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("contractor", Boolean, nullable=False, server_default="false"),
    Column("sessions_from", DateTime(timezone=True), comment="tokens from before are worth nothing"),
    Column("added_by", Text, comment="the colleague who made the account, or the process"),
    Index("ix_rm_staff_list_added_at", "added_at", "staff_id"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The person after an event."""
    at = recorded.meta.occurred_at
    match recorded.event:
        case StaffMemberAdded(login=login, name=name, contractor=contractor):
            return {
                "staff_id": recorded.stream_key,
                "login": login,
                "name": name,
                "status": StaffStatus.ACTIVE,
                "added_at": at,
                "contractor": contractor,
                "sessions_from": None,
                "added_by": recorded.meta.actor.id,
            }
        case StaffMemberDisabled() if row is not None:
            return {**row, "status": StaffStatus.DISABLED, "sessions_from": at}
        case StaffMemberEnabled() if row is not None:
            return {**row, "status": StaffStatus.ACTIVE, "sessions_from": at}
        case OneTimePasswordGiven() if row is not None:
            return {**row, "sessions_from": at}
    return row


staff_list = ReadModel(
    "staff_list",
    table,
    (StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled, OneTimePasswordGiven),
    key=lambda r: (r.stream_key,),
    fold=fold,
)
