"""What is kept of settlements in another currency, and the rates they are held against."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.reconciliation.conversions import Conversion


class Published(NamedTuple):
    """Rates as somebody published them, by currency: one after the other what a statement takes.

    Attributes:
        per_base: units of each for one of the base; None where there is no rate that is new enough.
        places: decimal places of each.
        source, as_of: who published them, and of what day they are; None where there are none.
    """

    currencies: list[str]
    per_base: list[Decimal | None]
    places: list[int]
    source: str | None
    as_of: date | None


class Converting(Protocol):
    """What was settled in another currency than it was paid in."""

    async def post_conversions(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[Conversion]:
        """Sums of the file that are to be posted now, `most` at once; from then on they are."""
        ...

    async def undo_conversions(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[Conversion] | None:
        """Sums to be taken back because a file is replaced, of `most` payments at once; None: there are no more."""
        ...

    async def keep_conversion(
        self,
        connection: AsyncConnection,
        conversion: Conversion,
        item_id: int,
        expectation_id: UUID,
        rates: Published,
        now: datetime,
    ) -> None:
        """Keep one that people agreed to; it is posted by whoever calls."""
        ...
