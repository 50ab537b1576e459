"""What the endpoints of the ledger answer."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from payments.domain.ledger.accounts import AccountType
from payments.domain.ledger.transfers import TransferKind
from payments.entrypoints.http.exchanges.schemas import MadeAt


class ExchangedFor(MadeAt):
    """The other side of an exchange."""

    other_currency: str = Field(description="What was bought for this, or sold for it")
    other_minor: int = Field(description="How much of it")


class CauseItem(BaseModel):
    """What brought an entry about: a game's transaction, a deposit, a withdrawal."""

    reference_id: UUID | None = Field(description="The deposit or withdrawal; for a win or rollback, the bet or win")
    reversal_of: UUID | None = Field(description="What it takes back, or will never let happen")
    group_id: UUID | None = Field(description="Of entries that were posted together or not at all")
    provider: str | None
    supplier: str | None
    supplier_tx: str | None
    game_code: str | None
    round_ref: str | None
    round_closed: bool
    session_id: UUID | None
    exchange: ExchangedFor | None = Field(
        default=None, description="Of an exchange: the other side, rate and spread; for whoever sees money"
    )


class WhoItem(CauseItem):
    """Who asked for it: null for what a supplier did, which is named already."""

    actor_kind: str | None = Field(default=None, description="A player, staff, a partner or a process; for staff")
    actor_id: str | None = Field(default=None, description="For staff")
    authorised_by: str | None = Field(default=None, description="Who agreed; for staff")
    correlation_id: UUID | None = Field(
        default=None, description="Of everything that came of the same request; for staff"
    )


class EntryItem(WhoItem):
    """An entry of the ledger: so much from the debited account to the credited one."""

    transfer_id: UUID
    number: int = Field(description="Within a wallet, the order of posting")
    casino_id: UUID
    player_id: UUID | None = Field(description="Whose accounts are concerned; null: nobody's")
    kind: TransferKind
    debit_type: AccountType = Field(description="What the debited account is for")
    credit_type: AccountType = Field(description="What the credited account is for")
    amount_minor: int
    currency: str
    cash_after_minor: int | None = Field(description="The player's cash after it")
    bonus_after_minor: int | None = Field(description="The player's bonus after it; null: he has none")
    posted_at: datetime


class MovementItem(WhoItem):
    """An entry that concerns a wallet. Cash after it = cash after the one before + what it did to the cash."""

    transfer_id: UUID
    number: int = Field(description="The order of posting")
    kind: TransferKind
    amount_minor: int
    cash_delta_minor: int = Field(description="What it did to the cash")
    bonus_delta_minor: int = Field(description="What it did to the bonus")
    hold_delta_minor: int = Field(description="What it did to the money on hold")
    owed_delta_minor: int = Field(description="What it did to the debt")
    cash_after_minor: int = Field(description="The cash after it")
    bonus_after_minor: int | None = Field(description="The bonus after it; null: there is none")
    posted_at: datetime


class AccountLine(BaseModel):
    """All accounts of one type."""

    type: str
    provider: str | None
    accounts: int
    balance_minor: int


class BookSummary(BaseModel):
    """The books of one casino in one currency."""

    casino_id: UUID
    currency: str
    accounts: list[AccountLine]
    sum_minor: int = Field(description="The sum over all of them: 0, or the books are wrong")


class CurrencyTotal(BaseModel):
    """One currency over all casinos shown."""

    currency: str
    sum_minor: int = Field(description="0, or the books are wrong")
    held_for_players_minor: int = Field(description="Players' cash and money on hold")


class LedgerSummary(BaseModel):
    """The proof that debits and credits agree, at the moment of asking."""

    balanced: bool
    books: list[BookSummary]
    totals: list[CurrencyTotal]


class LiabilityQuery(BaseModel):
    """What may be asked, and nothing else: a misspelt name must not be ignored."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = Field(default=None, description="That instant included; with an offset from UTC")
    casino_id: UUID | None = None


class Liability(BaseModel):
    """What one casino owed its players in one currency, and they it."""

    casino_id: UUID
    currency: str
    cash_minor: int = Field(description="Players' own money")
    bonus_minor: int = Field(description="What was given to them to play with")
    on_hold_minor: int = Field(description="Money of open withdrawals and refunds")
    owed_minor: int = Field(description="What players owed for wins that were taken back; 0 or more")
    receivable_minor: int = Field(description="What they owed for deposits that were taken back; 0 or more")
    held_for_players_minor: int = Field(description="Cash and money on hold: what must be there for them")
    sum_minor: int = Field(description="Over all accounts, the house's and providers' included: 0, or books are wrong")


class Liabilities(BaseModel):
    """Per casino and currency, at an instant."""

    at: datetime
    lines: list[Liability]
