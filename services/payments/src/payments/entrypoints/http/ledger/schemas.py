"""What the endpoints of the ledger answer."""

from uuid import UUID

from pydantic import BaseModel, Field


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
