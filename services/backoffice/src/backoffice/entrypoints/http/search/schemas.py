"""What is said of a search."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backoffice.domain.search.asked import By
from backoffice.entrypoints.http.search.sight import Kind
from chassis.http import StrictModel

MOST = 20


class SearchEverythingBody(StrictModel):
    """What is searched for, out of addresses and their logs."""

    q: str = Field(description="3 to 64 characters: an id or its first 8, a reference, an e-mail, a phone, a name")
    kinds: list[Kind] = Field(default=[], max_length=20, description="All of them when there is none")
    limit: int = Field(default=MOST, ge=1, le=MOST, description="Results of each kind")


class Found(BaseModel):
    """Something that was found. Personal data is masked, and there of players alone."""

    kind: Kind
    id: UUID
    casino_id: UUID | None = Field(description="null of a report, which may be about several")
    player_id: UUID | None
    happened_at: datetime = Field(description="When it began")
    label: str | None = Field(description="Provider, supplier and game, kind of document, report, name of a casino")
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class LeftOut(BaseModel):
    """What was not looked at because of who searches. It says nothing of whether there is anything."""

    kind: Kind
    by: list[By] = Field(description="What q can be and was not compared with; empty: the kind was not looked through")
    needs: str | None = Field(
        description="The permission it takes; null: it is held, and the kind of data is not shown"
    )
    everywhere: bool = Field(description="Whether so at all casinos; false: at some where the kind is looked through")


class SearchResult(BaseModel):
    """What was found, the newest of each kind first."""

    items: list[Found]
    searched: list[Kind] = Field(description="The kinds that were looked through: those the caller may list")
    left_out: list[LeftOut] = Field(description="What was asked for and not looked at, and what that would take")
    more: list[Kind] = Field(description="Kinds of which there is more than was asked for")
