"""Lists: which are in force, and how far their comparison with every player has come."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from chassis.auth import Caller, Requires
from chassis.http import Db
from contracts.verification.permissions import VerificationPermission as P
from verification.adapters.tables import rescreening, screening_list

router = APIRouter(prefix="/api/verification/v1", tags=["lists"])


class ListItem(BaseModel):
    """A list in force."""

    kind: str
    source: str
    version: str
    revision: int
    entries: int
    names: int
    imported_at: datetime
    imported_by: str


class Sweep(BaseModel):
    """The comparison of every player with a revision of the lists."""

    revision: int
    started_at: datetime
    players: int
    unknown: int = Field(description="Players backoffice knows no more")
    after: UUID | None
    finished_at: datetime | None


class ListsInForce(BaseModel):
    """All of them; a handful, so they come on one page."""

    items: list[ListItem]
    rescreening: Sweep | None = Field(description="The newest one; null until its first page is done")


@router.get("/lists")
async def get_lists(_: Annotated[Caller, Requires(P.LIST_VIEW)], db: Db) -> ListsInForce:
    """The lists in force. They are the same for every casino."""
    async with db.read() as connection:
        lists = await connection.execute(select(screening_list).order_by(screening_list.c.kind))
        items = [ListItem.model_validate(dict(row)) for row in lists.mappings()]
        newest = await connection.execute(select(rescreening).order_by(rescreening.c.revision.desc()).limit(1))
        sweep = newest.mappings().one_or_none()
    return ListsInForce(items=items, rescreening=None if sweep is None else Sweep.model_validate(dict(sweep)))
