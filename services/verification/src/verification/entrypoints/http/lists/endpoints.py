"""Lists: which are in force, and how far their comparison with every player has come."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from chassis.auth import Caller, Requires
from chassis.http import Db
from chassis.http.listing import Field as Listed
from chassis.http.listing import ListSpec, serve_list
from contracts.verification.permissions import VerificationPermission as P
from verification.adapters.tables import rescreening, screening_list
from verification.strategies.lists.registry import FORMATS

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


class Rescreening(BaseModel):
    """How far the comparison of every player with the lists has come."""

    rescreening: Sweep | None = Field(description="The newest one; null until its first page is done")


LISTS = ListSpec(
    "screening lists",
    screening_list,
    casino_column=None,
    id_column=screening_list.c.kind,
    fields={
        "kind": Listed(screening_list.c.kind, sortable=True, values=FORMATS),
        "source": Listed(screening_list.c.source),
        "version": Listed(screening_list.c.version),
        "revision": Listed(screening_list.c.revision),
        "entries": Listed(screening_list.c.entries),
        "names": Listed(screening_list.c.names),
        "imported_at": Listed(screening_list.c.imported_at, sortable=True),
        "imported_by": Listed(screening_list.c.imported_by),
    },
    default_order="kind",
)
"""They are the same for every casino."""

serve_list(
    router,
    "/lists",
    LISTS,
    Requires(P.LIST_VIEW),
    item=ListItem,
    export=P.LIST_EXPORT,
    summary="The lists in force, the same everywhere.",
)


@router.get("/rescreening")
async def show_rescreening(_: Annotated[Caller, Requires(P.LIST_VIEW)], db: Db) -> Rescreening:
    """How far the comparison of every player with the newest lists has come."""
    async with db.read() as connection:
        newest = await connection.execute(select(rescreening).order_by(rescreening.c.revision.desc()).limit(1))
        sweep = newest.mappings().one_or_none()
    return Rescreening(rescreening=None if sweep is None else Sweep.model_validate(dict(sweep)))
