"""The notes about a player, opened for whoever may read them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.entrypoints.http.players.endpoints import found
from backoffice.entrypoints.http.players.personal import mine
from backoffice.entrypoints.http.players.schemas import NoteView
from backoffice.read_models.player_notes import table
from chassis.auth import Caller, Requires
from chassis.db import Database
from chassis.http import Db
from chassis.http.listing import Field, ListSpec, serve_list
from chassis.privacy import SubjectVault
from contracts.backoffice.permissions import BackofficePermission as P

_SHOWN_ON_A_PAGE = 100

NOTES = ListSpec(
    "notes",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.note_id,
    fields={
        "note_id": Field(table.c.note_id),
        "player_id": Field(table.c.player_id),
        "written_at": Field(table.c.written_at, sortable=True),
        "written_by": Field(table.c.written_by, refers="staff"),
        # Whoever may read notes reads them as they were written: a sentence has no mask.
        "text": Field(None),
        "sealed_text": Field(table.c.sealed_text, hidden=True),
    },
    default_order="written_at.desc",
)

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["players"])

_READ = Requires(P.PLAYER_NOTE)


async def of_player(caller: Annotated[Caller, _READ], player_id: UUID, db: Db) -> list[Any]:
    """The player in the path, who must be one of the caller's casinos'."""
    async with db.read() as connection:
        await found(connection, caller, player_id)
    return [table.c.player_id == player_id]


def _opened(request: Request, _caller: Caller) -> Any:
    vault: SubjectVault = request.app.state.vault

    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        texts = await mine(connection, vault, rows[0]["player_id"], [row["sealed_text"] for row in rows])
        return [{**row, "text": text} for row, text in zip(rows, texts, strict=True)]

    return finish


serve_list(
    router,
    "/notes",
    NOTES,
    _READ,
    item=NoteView,
    export=P.NOTE_EXPORT,
    narrow=of_player,
    finish=_opened,
    summary="The notes about a player, newest first.",
)


async def notes_of(player_id: UUID, db: Database, vault: SubjectVault) -> list[NoteView]:
    """The newest hundred notes about a player, for his page."""
    async with db.read() as connection:
        statement = select(table).where(table.c.player_id == player_id)
        newest = statement.order_by(table.c.written_at.desc(), table.c.note_id.desc()).limit(_SHOWN_ON_A_PAGE)
        rows = (await connection.execute(newest)).all()
        texts = await mine(connection, vault, player_id, [row.sealed_text for row in rows])
    return [
        NoteView(note_id=row.note_id, written_at=row.written_at, written_by=row.written_by, text=text)
        for row, text in zip(rows, texts, strict=True)
    ]
