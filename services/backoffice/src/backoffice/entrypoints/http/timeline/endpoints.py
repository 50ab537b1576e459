"""The player 360 page, and one timeline over the events of all services."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.entrypoints.http.players.commands import list_notes
from backoffice.entrypoints.http.players.endpoints import Vault, found
from backoffice.entrypoints.http.players.personal import view
from backoffice.entrypoints.http.players.schemas import Overview
from backoffice.entrypoints.http.timeline.listing import TIMELINE
from backoffice.read_models.player_overview import table as figures
from backoffice.read_models.staff_names import names_of
from backoffice.read_models.timeline import table as timeline
from chassis.auth import Caller, Requires
from chassis.http import Db
from chassis.http.listing import Page
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["player 360"])

_LATEST = 20


class TimelineEntry(BaseModel):
    """One thing that happened to a player, in whichever service."""

    entry_id: UUID
    happened_at: datetime
    service: str
    type: str
    actor_kind: str
    actor_id: str
    actor_name: str | None
    """Of the colleague who acted; null for players and programs."""
    authorised_by: str | None
    reason: str | None
    facts: dict[str, Any]


@router.get("/timeline", openapi_extra=TIMELINE.openapi)
async def show_timeline(
    caller: Annotated[Caller, Requires(P.TIMELINE_VIEW)], player_id: UUID, request: Request, db: Db
) -> Page[TimelineEntry]:
    """What happened to a player, told by every service, newest first (`order=happened_at.asc` for the story)."""
    async with db.read() as connection:
        await found(connection, caller, player_id)
    return await TIMELINE.page(request, caller, db, where=[timeline.c.player_id == player_id], finish=_named)


@router.get("/overview")
async def show_overview(
    caller: Annotated[Caller, Requires(P.PLAYER_VIEW)], player_id: UUID, db: Db, vault: Vault
) -> Overview:
    """Everything about a player on one page: who, what holds, the figures, the notes, what happened last.

    Notes are there for whoever may read them, and the story for whoever may read the timeline.
    """
    async with db.read() as connection:
        row = await found(connection, caller, player_id)
        player = await view(connection, vault, row, clear=False)
        shown = await _figures(connection, player_id)
        told = caller.may(P.TIMELINE_VIEW, row.casino_id)
        latest = await _latest(connection, player_id) if told else []
    readable = caller.may(P.PLAYER_NOTE, row.casino_id)
    notes = await list_notes(caller, player_id, db, vault) if readable else []
    return Overview(player=player, figures=shown, notes=notes, latest=latest)


async def _figures(connection: AsyncConnection, player_id: UUID) -> dict[str, Any]:
    row = (await connection.execute(select(figures).where(figures.c.player_id == player_id))).mappings().one_or_none()
    return {} if row is None else {name: value for name, value in row.items() if name != "player_id"}


async def _latest(connection: AsyncConnection, player_id: UUID) -> list[dict[str, Any]]:
    column = timeline.c
    statement = (
        select(column.happened_at, column.service, column.type, column.actor_kind, column.actor_id, column.facts)
        .where(column.player_id == player_id)
        .order_by(column.happened_at.desc(), column.entry_id.desc())
        .limit(_LATEST)
    )
    return await _named(connection, [dict(row) for row in (await connection.execute(statement)).mappings()])


async def _named(connection: AsyncConnection, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with the names of the colleagues who acted."""
    names = await names_of(connection, (entry.get("actor_id") for entry in entries))
    return [{**entry, "actor_name": names.get(entry.get("actor_id") or "")} for entry in entries]
