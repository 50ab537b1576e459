"""What is said on the player 360 page."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from backoffice.entrypoints.http.players.schemas import NoteView, PlayerView


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
    break_glass: UUID | None
    """The emergency access under which it was done, if it was: whoever reads it shows it."""
    facts: dict[str, Any]


Amount = Annotated[int | None, Field(description="In the currency's minor unit; null for whoever may not see balances")]


class Figures(BaseModel):
    """A player's figures, as far as the events of the other services have arrived. Amounts are those of his account."""

    currency: str | None = Field(default=None, description="null before any money moved")
    balance_minor: Amount = 0
    on_hold_minor: Amount = 0
    deposits_minor: Amount = 0
    withdrawals_minor: Amount = 0
    bets_minor: Amount = 0
    wins_minor: Amount = 0
    deposits: int = Field(default=0, description="How many succeeded")
    deposits_under_way: int = Field(default=0, description="How many have neither succeeded nor failed yet")
    withdrawals: int = Field(default=0, description="How many were paid and stayed so")
    verification_level: str = "none"
    open_hits: int | None = Field(
        default=0, description="Of the last screening, still to be decided; null for whoever may not know of them"
    )
    last_log_in_at: datetime | None = None
    as_of: datetime | None = Field(default=None, description="When the newest of what is counted here happened")


class Overview(BaseModel):
    """The player 360 page: who it is, what holds for him, his figures, what happened last."""

    player: PlayerView
    figures: Figures
    notes: list[NoteView]
    latest: list[TimelineEntry]
