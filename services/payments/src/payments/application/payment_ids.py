"""Whose an id is: payments of every kind share their ids, and an id is of one kind for good, wherever it came from.

Callers make ids of deposits and withdrawals, and providers, instruments and movements of money are found by them. So
whatever is made under an id of version 4 or 7, which a caller could name, claims it first. Ids that follow from others
(version 5) nobody can name, and they claim nothing.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import DomainError


class PaymentIdTaken(DomainError):
    """The id belongs to a payment of another kind."""

    code: ClassVar[str] = "payment_id_taken"


class IdKind(StrEnum):
    """What an id belongs to. Parts that are paid out are withdrawals, those that are refunded refunds."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_PAGE = "withdrawal_page"
    """A page of a provider's was opened, on which a player may ask for the withdrawal of this id."""
    REFUND = "refund"
    ADJUSTMENT = "adjustment"
    EXCHANGE = "exchange"
    BONUS = "bonus"


class PaymentIds(Protocol):
    """The ids that are taken, in the whole installation."""

    async def claim(self, connection: AsyncConnection, kind: IdKind, *ids: UUID, field: str | None = None) -> None:
        """Take them for this kind; those it has already stay its own. Who comes at the same time waits. Call it with
        no more than the player's wallet locked, so that nobody waits in a circle.

        Raises:
            PaymentIdTaken: one of them is of another kind; `field` is where it was named.
        """
        ...

    async def claim_page(
        self, connection: AsyncConnection, withdrawal_id: UUID, player_id: UUID, until: datetime
    ) -> None:
        """Take the id of a withdrawal for a page on which the player may ask for it until then."""
        ...

    async def open_pages(self, connection: AsyncConnection, player_id: UUID, now: datetime) -> int:
        """On how many pages he may still ask for a withdrawal, and has not. It holds for as long as his wallet is
        locked.
        """
        ...
