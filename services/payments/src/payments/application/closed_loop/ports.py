"""What a plan is made from, as a Protocol; the read models implement it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.withdrawal.owed import Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    """A deposit of a player of which something is left; `instrument_id`: what paid it, where that was told."""

    deposit_id: UUID
    provider: str
    paid_at: datetime
    currency: str
    left_minor: int
    instrument_id: UUID | None

    @property
    def place(self) -> UUID:
        """What it is owed to: what paid it, else itself."""
        return self.instrument_id or self.deposit_id


class Sources(Protocol):
    """Where a player's money came from."""

    async def paid_in(self, connection: AsyncConnection, player_id: UUID) -> Sequence[PaidIn]:
        """His deposits in every currency, oldest first, less what was refunded, is being refunded or was taken back;
        those with nothing left not.
        """
        ...

    async def moved(self, connection: AsyncConnection, player_id: UUID) -> Sequence[Moved]:
        """All that came in, was taken back, was ordered to be paid to an instrument or exchanged, as it was recorded,
        in that order. What failed, and as much as came back, was never paid.
        """
        ...
