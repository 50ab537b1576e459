"""Game sessions as staff and the wallet see them: one row per session, folded in the transaction of its events."""

from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from games.application.schema import metadata
from games.application.wallet_calls import SessionFacts
from games.domain.session import (
    LaunchLeftUnanswered,
    SessionClosed,
    SessionEvent,
    SessionLaunched,
    SessionOpened,
)


class SessionState(StrEnum):
    """Where a session stands."""

    OPENING = "opening"
    """The supplier is about to be asked."""
    UNANSWERED = "unanswered"
    """The supplier did not say whether it launched the game."""
    OPEN = "open"
    CLOSED = "closed"


session_table = Table(
    "rm_session_list",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("game_code", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("launched", Boolean, nullable=False),
    Column("closed_because", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("launched_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_session_list_token_hash", "token_hash", unique=True),
    Index("ix_rm_session_list_player", "player_id", "opened_at", "session_id"),
    Index("ix_rm_session_list_opened_at", "opened_at", "session_id"),
    Index("ix_rm_session_list_casino", "casino_id", "opened_at", "session_id"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    event: SessionEvent = recorded.event
    match event:
        case SessionOpened():
            return _opened(event, recorded)
        case LaunchLeftUnanswered():
            return row and {**row, "state": SessionState.UNANSWERED}
        case SessionLaunched():
            now = {"state": SessionState.OPEN, "launched": True, "launched_at": event.launched_at}
            return row and {**row, **now}
        case SessionClosed():
            now = {"state": SessionState.CLOSED, "closed_because": event.cause, "closed_at": event.closed_at}
            return row and {**row, **now}
        case _:
            assert_never(event)


def _opened(event: SessionOpened, recorded: Recorded[Any]) -> Row:
    return {
        "session_id": recorded.stream_key,
        "casino_id": event.casino_id,
        "player_id": event.player_id,
        "supplier": event.supplier,
        "game_code": event.game_code,
        "currency": event.currency,
        "country": event.country,
        "platform": event.platform,
        "token_hash": event.token_hash,
        "state": SessionState.OPENING,
        "launched": False,
        "closed_because": None,
        "opened_at": event.opened_at,
        "launched_at": None,
        "closed_at": None,
        "expires_at": event.expires_at,
    }


session_list = ReadModel(
    name="session_list",
    table=session_table,
    handles=(SessionOpened, SessionLaunched, LaunchLeftUnanswered, SessionClosed),
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def session_by_token(connection: AsyncConnection, token_hash: str) -> SessionFacts | None:
    """The session behind a token, whatever became of it since: wins of closed sessions are paid."""
    row = (
        await connection.execute(select(session_table).where(session_table.c.token_hash == token_hash))
    ).one_or_none()
    if row is None:
        return None
    return SessionFacts(
        row.session_id,
        row.player_id,
        row.casino_id,
        row.supplier,
        row.currency,
        row.country,
        row.launched,
        row.closed_because,
        row.expires_at,
    )


async def running_sessions_of(connection: AsyncConnection, player_id: UUID) -> list[UUID]:
    """A player's sessions that are not closed."""
    table = session_table
    found = await connection.execute(
        select(table.c.session_id).where(table.c.player_id == player_id, table.c.state != SessionState.CLOSED)
    )
    return list(found.scalars())
