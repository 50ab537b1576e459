"""What is said about reconciliation."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel
from payments.domain.reconciliation.words import (
    BatchState,
    BookedTo,
    BreakKind,
    Difference,
    ExpectationState,
    FileState,
    FileWarning,
    ItemState,
    Movement,
    StatementState,
)

ItemId = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class FileItem(BaseModel):
    """A file that was brought, and how far it is."""

    file_id: UUID
    casino_id: UUID
    format: str
    provider: str | None = Field(description="Null: a bank's statement")
    sha256: str
    size_bytes: int
    state: FileState
    why: str | None = Field(description="It failed: the line, and what is wrong there")
    why_code: str | None = Field(description="The same as a stable code, since such are kept")
    warning: FileWarning | None = Field(
        description="`nothing_found`: no line is about a movement or batch of the casino, so it may be the wrong file"
    )
    rows: int = Field(description="Read so far")
    compared: int = Field(description="The last line that was compared")
    last_line: int = Field(description="The last line that was read")
    replaces: UUID | None
    uploaded_by: str
    uploaded_at: datetime
    finished_at: datetime | None


class ItemItem(BaseModel):
    """One line of a file."""

    item_id: int
    file_id: UUID
    line: int
    casino_id: UUID
    provider: str | None
    movement: Movement
    reference_id: UUID | None = Field(description="The deposit or withdrawal it is about")
    provider_reference: str | None
    batch: str | None
    said: str | None = Field(description="What a bank's line says, or how the bank's statement will call a settlement")
    amount_minor: int = Field(description="Before fees; what it adds to our money at the provider, or at the bank")
    fee_minor: int
    currency: str
    paid_minor: int | None = Field(description="What was paid, where it was settled in another currency")
    paid_currency: str | None
    booked_at: datetime
    final: bool = Field(description="Whether the provider says that it happened")
    code: str = Field(description="The provider's word for it")
    state: ItemState
    difference: Difference | None
    difference_minor: int | None
    expectation_id: UUID | None
    ended_at: datetime | None


class ExpectationItem(BaseModel):
    """A movement at a provider that a file must tell of."""

    expectation_id: UUID = Field(description="The entry of the ledger")
    casino_id: UUID
    provider: str
    movement: Movement
    reference_id: UUID | None
    provider_reference: str | None
    amount_minor: int = Field(description="What it adds to our money at the provider")
    currency: str
    booked_at: datetime
    due_at: datetime
    state: ExpectationState
    item_id: int | None
    ended_at: datetime | None


class BatchItem(BaseModel):
    """What a provider settles together."""

    batch_id: UUID
    file_id: UUID
    casino_id: UUID
    provider: str
    name: str
    currency: str
    lines: int
    gross_minor: int
    fee_minor: int
    rounding_minor: int = Field(description="By which matched lines are off, within the tolerance; booked as a fee")
    explained_minor: int | None = Field(
        description="What the payments move that its lines explain, whichever way; null: of a time before it was kept"
    )
    arrives_minor: int = Field(description="At our bank; negative: we pay")
    booked_at: datetime
    state: BatchState
    state_then: BatchState | None = Field(
        description="Its state once two people have agreed to its fees; null: these wait for nobody"
    )
    bank_item_id: int | None
    ended_at: datetime | None


class ConversionItem(BaseModel):
    """A payment that a provider settled in another currency, at its own rate."""

    item_id: int = Field(description="The line that explains the payment, the last of several")
    file_id: UUID
    casino_id: UUID
    provider: str
    expectation_id: UUID
    sold_minor: int = Field(description="Of the payment, signed as its movement")
    sold_currency: str
    bought_minor: int = Field(description="As it was settled, before fees")
    bought_currency: str
    rate: Decimal = Field(description="Bought for one sold, of the settlement itself")
    published_minor: int | None = Field(description="What published rates would have bought; null: there were none")
    off_bps: int | None = Field(description="By how much more was bought than that, in hundredths of a per cent")
    source: str | None = Field(description="Who published the rates")
    as_of: date | None = Field(description="Of what day they were")
    booked_at: datetime
    undone: bool = Field(description="Its file was replaced, and what was posted taken back")


class ClearingItem(BaseModel):
    """A clearing account: it must return to zero, and the age of the oldest open item says how well it does."""

    account_id: int
    casino_id: UUID
    provider: str
    currency: str
    balance_minor: int = Field(description="Negative while the provider holds our money")
    open_movements: int
    open_minor: int
    missing_movements: int
    open_batches: int
    open_lines: int = Field(
        description="Of files, that nobody decided about, counted to 10000 (10001: more); a fee that differs is booked"
    )
    on_its_way_minor: int
    oldest_open_at: datetime | None
    payouts_under_way_minor: int = Field(description="Sent to the provider and not known to be paid")
    float_minor: int = Field(description="What it holds, less what is on its way to the bank and payouts under way")
    prefunded: bool = Field(description="Payouts are sent only as far as `float_minor` goes")


class BreakItem(BaseModel):
    """Something that does not agree and that nobody has decided about."""

    break_id: str
    casino_id: UUID
    kind: BreakKind
    provider: str | None
    movement: Movement
    difference: Difference | None
    difference_minor: int | None
    currency: str
    reference_id: UUID | None
    provider_reference: str | None
    file_id: UUID | None
    item_id: int | None
    expectation_id: UUID | None
    batch_id: UUID | None
    statement_id: UUID | None = Field(description="A bank's, before which one is missing")
    booked_at: datetime


class StatementItem(BaseModel):
    """A bank's statement of an account of the casino, and whether it follows on the one before."""

    statement_id: UUID
    file_id: UUID
    casino_id: UUID
    account: str
    currency: str
    name: str | None = Field(description="How the bank calls it")
    number: int | None = Field(description="In the row of its statements, where the bank gives one")
    opened_on: date
    opening_minor: int = Field(description="Negative: the account was overdrawn")
    closed_on: date
    closing_minor: int
    state: StatementState
    gap_minor: int | None = Field(description="By which it opens with more than the one before closed with")


class ReasonBody(StrictModel):
    """Why."""

    reason: Reason


class BookBody(ReasonBody):
    """Where it is booked, and why."""

    booked_to: BookedTo


class IgnoreBody(ReasonBody):
    """Lines that mean nothing, and why."""

    item_ids: list[ItemId] = Field(min_length=1, max_length=100)


class MatchBody(ReasonBody):
    """Lines and movements that explain each other, and where a difference between them is booked."""

    item_ids: list[ItemId] = Field(min_length=1, max_length=100)
    expectation_ids: list[UUID] = Field(min_length=1, max_length=100)
    booked_to: BookedTo | None = None
