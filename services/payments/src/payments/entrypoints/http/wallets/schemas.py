"""What the endpoints of wallets answer."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from payments.domain.ledger.transfers import TransferKind


class WalletBalance(BaseModel):
    """One currency of a player."""

    currency: str
    cash_minor: int = Field(description="What he may bet or withdraw")
    on_hold_minor: int = Field(description="Money of open withdrawals")
    owed_minor: int = Field(description="What he owes the casino; 0 or more")
    bets_blocked: bool = Field(description="For himself, and for whoever sees exclusions and suspicions")
    deposits_blocked: bool = Field(description="For the same")


class Balance(BaseModel):
    """Every wallet of a player."""

    player_id: UUID
    casino_id: UUID
    wallets: list[WalletBalance]


class Cause(BaseModel):
    """What brought a movement about: a game's transaction, a deposit, a withdrawal."""

    reference_id: UUID | None = Field(description="The deposit or withdrawal; for a win or rollback, the bet or win")
    provider: str | None
    supplier: str | None
    supplier_tx: str | None
    game_code: str | None
    round_ref: str | None
    round_closed: bool
    session_id: UUID | None


class StatementQuery(BaseModel):
    """What may be asked of a statement, and nothing else: a misspelt name must not be ignored."""

    model_config = ConfigDict(extra="forbid")

    currency: str | None = Field(default=None, pattern="^[A-Z]{3,5}$", description="Needed where he has several")
    after: str | None = Field(default=None, pattern="^[0-9]{1,19}$", description="The `next` of the page before")
    limit: int = Field(default=100, ge=1, le=500)


class StatementItem(BaseModel):
    """One movement."""

    transfer_id: UUID
    kind: TransferKind
    amount_minor: int
    cash_delta_minor: int = Field(description="What it did to the cash")
    hold_delta_minor: int = Field(description="What it did to the money on hold")
    owed_delta_minor: int = Field(description="What it did to the debt")
    cash_balance_minor: int = Field(description="The cash after it")
    posted_at: datetime
    caused_by: Cause


class Statement(BaseModel):
    """A page of movements, newest first. Every balance is the one before it (the next item) plus the delta."""

    player_id: UUID
    casino_id: UUID
    currency: str
    cash_minor: int = Field(description="The cash now")
    items: list[StatementItem]
    next: str | None = Field(description="Give it as `after` for the next page; null when this is the last")
