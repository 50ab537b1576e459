"""Bodies of the round endpoints."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from games.read_models.round_list import RoundState


class RoundItem(BaseModel):
    """A player's round of a game. Amounts are in minor units of `currency`."""

    round_id: UUID
    casino_id: UUID
    player_id: UUID
    supplier: str
    game_code: str
    round_ref: str = Field(description="The supplier's id of the round")
    session_id: UUID | None
    currency: str | None
    bets_minor: int
    wins_minor: int
    rolled_back_bets_minor: int
    rolled_back_wins_minor: int
    net_minor: int = Field(description="The house's result")
    bets: int
    wins: int
    rollbacks: int
    state: RoundState
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None


class RoundMovement(BaseModel):
    """One movement in a round, as the ledger posted it."""

    transfer_id: UUID
    kind: Literal["bet", "win", "rollback_bet", "rollback_win", "rollback_of_unknown"]
    currency: str | None
    amount_minor: int
    balance_minor: int | None = Field(description="The player's cash after it")
    supplier_tx: str | None = Field(description="The supplier's id of the transaction")
    reference_id: UUID | None = Field(description="The movement it refers to")
    session_id: UUID | None
    closes_round: bool
    posted_at: datetime


class RoundDetail(RoundItem):
    """A round with all its movements, in order."""

    movements: list[RoundMovement]
