"""The staff, as the list of colleagues shows them."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.staff.events import StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled

table = Table(
    "rm_staff_list",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_staff_list_added_at", "added_at", "staff_id"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The person after an event."""
    match recorded.event:
        case StaffMemberAdded(login=login, name=name):
            return {
                "staff_id": recorded.stream_key,
                "login": login,
                "name": name,
                "status": "active",
                "added_at": recorded.meta.occurred_at,
            }
        case StaffMemberDisabled() if row is not None:
            return {**row, "status": "disabled"}
        case StaffMemberEnabled() if row is not None:
            return {**row, "status": "active"}
    return row


staff_list = ReadModel(
    "staff_list",
    table,
    (StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled),
    key=lambda r: (r.stream_key,),
    fold=fold,
)
