"""What providers' notifications say of disputes, and where what proves our side is kept."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.dispute.words import DisputeTold, Fee


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutDispute:
    """A notification says this about a dispute of the payment of our deposit.

    Attributes:
        reference: how the provider calls the dispute.
        deposit_id: our reference of the payment; None: it names the payment by its own alone (`word.payment`).
        money: what of it was taken, or given back.
        fee: what the provider charges for it.
    """

    reference: str
    deposit_id: UUID | None
    word: DisputeTold
    money: TakenBack | GivenBack | None = None
    fee: Fee | None = None


class EvidenceStore(Protocol):
    """Where the files are kept. Their content is unreadable there."""

    async def keep(self, connection: AsyncConnection, dispute_id: UUID, file: dict[str, Any], sealed: str) -> None:
        """Keep a file with what may be shown of it."""
        ...

    async def of(self, connection: AsyncConnection, dispute_id: UUID) -> list[dict[str, Any]]:
        """What may be shown of a dispute's files, the oldest first."""
        ...

    async def sealed(self, connection: AsyncConnection, dispute_id: UUID, evidence_id: UUID) -> tuple[str, str] | None:
        """The type and the unreadable content of one; None when there is none."""
        ...
