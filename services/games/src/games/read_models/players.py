"""Games' own copy of players: where they play, in what currency, and whether they may. No personal data."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import PlayerBlocked, PlayerRegistered, PlayerUnblocked, SelfExclusionStarted
from games.application.schema import metadata
from games.application.wallet_calls import PlayerFacts

player_table = Table(
    "rm_player",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("country", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("excluded_until", DateTime(timezone=True), comment="null with excluded: without end"),
)

_DAY_HAS_ENDED_EVERYWHERE = timedelta(days=1, hours=12)
"""After its beginning in UTC."""


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    event = recorded.event
    match event:
        case PlayerRegistered():
            return {
                "player_id": event.player_id,
                "casino_id": event.casino_id,
                "country": event.country,
                "currency": event.currency,
                "registered_at": event.registered_at,
                "blocked": False,
                "excluded": False,
                "excluded_until": None,
            }
        case PlayerBlocked():
            return row and {**row, "blocked": True}
        case PlayerUnblocked():
            return row and {**row, "blocked": False}
        case SelfExclusionStarted():
            return row and {**row, "excluded": True, "excluded_until": _until(row, event)}
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a player")


def _until(row: Row, event: SelfExclusionStarted) -> datetime | None:
    """The end of the longest exclusion. Where the casino's last day ends is not known here: later is safe."""
    earlier: datetime | None = row["excluded_until"]
    if event.until is None or (row["excluded"] and earlier is None):
        return None
    until = datetime.combine(event.until, time(tzinfo=UTC)) + _DAY_HAS_ENDED_EVERYWHERE
    return until if earlier is None else max(earlier, until)


players = ReadModel(
    name="player",
    table=player_table,
    handles=(PlayerRegistered, PlayerBlocked, PlayerUnblocked, SelfExclusionStarted),
    key=lambda recorded: (recorded.event.player_id,),
    fold=fold,
)


async def player_by_id(connection: AsyncConnection, player_id: UUID) -> PlayerFacts | None:
    """What games knows of a player."""
    row = (await connection.execute(select(player_table).where(player_table.c.player_id == player_id))).one_or_none()
    return PlayerFacts(*row) if row else None
