"""The player 360 page, and one timeline over the events of all services."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.entrypoints.http.players.endpoints import Vault, found
from backoffice.entrypoints.http.players.notes import notes_of
from backoffice.entrypoints.http.players.personal import view
from backoffice.entrypoints.http.timeline.listing import TIMELINE
from backoffice.entrypoints.http.timeline.schemas import Figures, Overview, TimelineEntry
from backoffice.read_models import player_overview
from backoffice.read_models.staff_names import names_of
from backoffice.read_models.timeline import SAME_MOMENT
from backoffice.read_models.timeline import table as timeline
from chassis.auth import Caller, Requires
from chassis.http import Db
from chassis.http.listing import serve_list
from chassis.http.listing.events import told, told_to
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.data_classes import EVENT_CLASSES
from contracts.payments.permissions import PaymentsPermission

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["player 360"])

_LATEST = 20
_AMOUNTS = ("balance_minor", "on_hold_minor", "deposits_minor", "withdrawals_minor", "bets_minor", "wins_minor")


_VIEWED = Requires(P.TIMELINE_VIEW)


async def of_player(caller: Annotated[Caller, _VIEWED], player_id: UUID, db: Db) -> list[Any]:
    """The player in the path, who must be one of the caller's casinos'."""
    async with db.read() as connection:
        row = await found(connection, caller, player_id)
    return _story(caller, row)


def _story(caller: Caller, row: Any) -> list[Any]:
    """What happened to this player, without what the caller is not to hear of."""
    looked = timeline.c.facts["permission"].astext
    known = told_to(caller, timeline.c.type, EVENT_CLASSES, row.casino_id, looked=looked)
    return [timeline.c.player_id == row.player_id, *known]


serve_list(
    router,
    "/timeline",
    TIMELINE,
    _VIEWED,
    item=TimelineEntry,
    export=P.TIMELINE_EXPORT,
    narrow=of_player,
    finish=lambda _, caller: partial(_named, caller),
    summary="What happened to a player, told by every service, newest first (`order=happened_at.asc` for the story).",
)


@router.get("/overview", response_model_exclude_unset=True)
async def show_overview(
    caller: Annotated[Caller, Requires(P.PLAYER_VIEW)], player_id: UUID, request: Request, db: Db, vault: Vault
) -> Overview:
    """Everything about a player on one page: who, what holds, the figures, the notes, what happened last.

    Notes are there for whoever may read them, the story for whoever may read the timeline, and amounts of money for
    whoever may see balances and money; others find null in their place.
    """
    async with db.read() as connection:
        row = await found(connection, caller, player_id)
        player = await view(connection, vault, row, caller, request.app.state.cursor_key)
        figures = await _figures(connection, player_id)
        followed = caller.may(P.TIMELINE_VIEW, row.casino_id)
        latest = await _latest(connection, caller.let_in_by(P.TIMELINE_VIEW), row) if followed else []
    readable = caller.may(P.PLAYER_NOTE, row.casino_id)
    notes = await notes_of(player_id, db, vault) if readable else []
    if caller.mode("financial", row.casino_id, PaymentsPermission.BALANCE_VIEW) != "clear":
        figures = figures.model_copy(update=dict.fromkeys(_AMOUNTS))
    if caller.mode("aml", row.casino_id) != "clear":
        figures = figures.model_copy(update={"open_hits": None})
    return Overview(player=player, figures=figures, notes=notes, latest=latest)


async def _figures(connection: AsyncConnection, player_id: UUID) -> Figures:
    row = await player_overview.find(connection, player_id)
    nothing = Figures().model_dump()
    if row is None:
        return Figures(**nothing)
    return Figures(**{**nothing, **row._mapping, "deposits_under_way": len(row.deposits_under_way)})  # noqa: SLF001 - a public name


async def _latest(connection: AsyncConnection, caller: Caller, row: Any) -> list[TimelineEntry]:
    shown = [timeline.c[name] for name in (*TimelineEntry.model_fields, "casino_id") if name in timeline.c]
    statement = (
        select(*shown)
        .where(*_story(caller, row))
        .order_by(*(column.desc() for column in (timeline.c.happened_at, *SAME_MOMENT, timeline.c.entry_id)))
        .limit(_LATEST)
    )
    entries = await _named(caller, connection, [dict(row) for row in (await connection.execute(statement)).mappings()])
    return [TimelineEntry.model_validate(entry) for entry in entries]


async def _named(caller: Caller, connection: AsyncConnection, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with the names of the colleagues who acted, and without amounts where money is not shown. What a
    colleague wrote is there for whoever may read it; what the player gave as his reason, for everybody.
    """
    names = await names_of(connection, (entry.get("actor_id") for entry in entries))
    known = [told(entry, caller, "facts", of_colleagues=P.PLAYER_VIEW_REASON) for entry in entries]
    return [{**entry, "actor_name": names.get(entry.get("actor_id") or "")} for entry in known]
