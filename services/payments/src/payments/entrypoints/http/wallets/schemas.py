"""What the endpoints of wallets answer."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from chassis.http import Reason, StrictModel
from payments.domain.ledger.transfers import TransferKind
from payments.entrypoints.http.ledger.schemas import ExchangedFor

LONGEST_PERIOD = timedelta(days=366)


class WalletBalance(BaseModel):
    """One currency of a player."""

    currency: str
    cash_minor: int = Field(description="His own money: what he may bet or withdraw")
    bonus_minor: int = Field(description="What the casino gave him to bet with; it is not paid out")
    on_hold_minor: int = Field(description="Money of open withdrawals and refunds")
    owed_minor: int = Field(description="What he owes the casino; 0 or more")
    bets_blocked: bool = Field(description="For himself, and for whoever sees exclusions and suspicions")
    deposits_blocked: bool = Field(description="For the same")


class LiftBody(StrictModel):
    """Why a player is let go on."""

    reason: Reason


class Lifted(BaseModel):
    """What came of it."""

    player_id: UUID
    lifted: bool = Field(description="false: no chargeback stopped him")


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
    group_id: UUID | None = Field(description="Of movements that were posted together or not at all")
    actor_kind: str | None = Field(description="Who asked: the player, staff, a partner, a process; null: a supplier")
    exchange: ExchangedFor | None = Field(description="Of an exchange: the other side, rate and spread")


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
    bonus_delta_minor: int = Field(description="What it did to the bonus")
    hold_delta_minor: int = Field(description="What it did to the money on hold")
    owed_delta_minor: int = Field(description="What it did to the debt")
    cash_balance_minor: int = Field(description="The cash after it")
    bonus_balance_minor: int = Field(description="The bonus after it")
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


class Instant(BaseModel):
    """When, and nothing else: a misspelt name must not be ignored."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime = Field(description="That instant included; with an offset from UTC")


class PeriodQuery(BaseModel):
    """Which period, and nothing else."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="Its beginning, included; with an offset from UTC")
    until: AwareDatetime = Field(description="Its end, not included")

    @model_validator(mode="after")
    def _in_order(self) -> "PeriodQuery":
        if not timedelta(0) < self.until - self.since <= LONGEST_PERIOD:
            raise ValueError(f"a period ends after it begins, and within {LONGEST_PERIOD.days} days")
        return self


class Held(BaseModel):
    """What a wallet held at an instant, and the movement that left it so."""

    at: datetime
    number: int = Field(description="Of the last movement up to then; 0: there was none, or none that is still here")
    transfer_id: UUID | None = Field(description="That movement")
    cash_minor: int
    bonus_minor: int
    on_hold_minor: int
    owed_minor: int


class WalletAt(Held):
    """A wallet at an instant. What led to it are its movements with a `number` up to this one."""

    player_id: UUID
    casino_id: UUID
    currency: str


class KindSum(BaseModel):
    """All movements of one kind."""

    kind: TransferKind
    entries: int
    cash_delta_minor: int
    bonus_delta_minor: int
    hold_delta_minor: int
    owed_delta_minor: int


class PeriodStatement(BaseModel):
    """A period of a wallet. Opening + the sums by kind = closing, in each of cash, bonus, hold and debt.

    The movements themselves are the wallet's with a `number` above that of the opening, up to that of the closing.
    """

    player_id: UUID
    casino_id: UUID
    currency: str
    since: datetime
    until: datetime
    opening: Held
    sums: list[KindSum]
    closing: Held
