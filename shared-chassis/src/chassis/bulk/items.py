"""Bulk jobs and their rows as they are shown."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field


class BulkJobItem(BaseModel):
    """A job: how far it is, and what became of its rows."""

    id: UUID
    action: str = Field(description="Of which list, and what: `withdrawals.approve`")
    state: str = Field(description="frozen, proposed, running, finished, cancelled or expired")
    rows: int = Field(description="Frozen, and the only ones it is about")
    not_allowed: int = Field(
        description="Of them, those the requester could not act on when he asked, or that are looked at by themselves"
    )
    done: int
    refused: int
    skipped: int = Field(description="There was nothing left to do, or the job ended before their turn")
    totals: dict[str, int] | None = Field(
        description="The amounts of all rows by currency, in minor units, where money moves; null for whoever does not "
        "see the money of the list they are rows of, by that list or as a second person"
    )
    parameters: dict[str, Any] | None
    casinos: list[UUID] = Field(description="Whose rows; none: rows of no casino")
    sha256: str = Field(description="Of the action, its parameters and the rows' ids")
    reason: str | None = Field(description="null for whoever may not read it")
    requested_by: UUID
    approval_id: UUID | None = Field(description="The proposal that a second person decides, or did")
    authorised_by: str | None = Field(description="Who approved it; null: it took nobody else")
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime = Field(description="When it is started no more")

    @classmethod
    def of(cls, row: Any, *, amounts: bool, words: bool) -> Self:
        """From what is kept, with or without the amounts, and the reason."""
        told = {name: getattr(row, name) for name in BulkJobItem.model_fields}
        unseen = {name: None for name, seen in (("totals", amounts), ("reason", words)) if not seen}
        return cls(**{**told, **unseen})


class BulkRowItem(BaseModel):
    """A row of a job, and what became of it."""

    position: int
    row_id: UUID
    casino_id: UUID | None
    result: str = Field(description="waiting, done, refused or skipped")
    code: str | None = Field(description="Why it was refused or skipped")
    settled_at: datetime | None


class BulkJobView(BulkJobItem):
    """A job before it is started: what it would do."""

    second_person: bool = Field(description="Whether starting it now would take a second person")
    sample: list[BulkRowItem] = Field(description="Its first rows")


class BulkActionItem(BaseModel):
    """What the caller may do to many rows of a list."""

    action: str
    list: str = Field(description="The address of the list; its filters are those of the action")
    href: str = Field(description="Where rows are frozen")
    title: str
    permission: str
    moves_money: bool = Field(description="Any of it takes a second person")
    alone: int = Field(description="Rows within an hour that take no second person")
    most: int = Field(description="Rows of one job")
    parameters: dict[str, Any] | None = Field(description="JSON Schema of what it takes beside the rows")
