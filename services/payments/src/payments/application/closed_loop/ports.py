"""What a plan is made from, as a Protocol; the read models implement it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    """A deposit of a player of which something is left; `instrument_id`: what paid it, where that was told."""

    deposit_id: UUID
    provider: str
    paid_at: datetime
    left_minor: int
    instrument_id: UUID | None


class Sources(Protocol):
    """Where a player's money came from."""

    async def paid_in(self, connection: AsyncConnection, player_id: UUID, currency: str) -> Sequence[PaidIn]:
        """His deposits, less what was refunded, is being refunded or was taken back; those with nothing left not."""
        ...

    async def paid_out(self, connection: AsyncConnection, player_id: UUID, currency: str) -> dict[UUID, int]:
        """What was paid to each of his instruments, or is on its way there, less what came back; minor units."""
        ...
