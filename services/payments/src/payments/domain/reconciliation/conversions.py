"""What was paid in one currency and settled in another."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Payments of one currency that a provider settled in another, at its own rate; they go the same way.

    Attributes:
        id: what its entries in the ledger refer to.
        sold_minor: what leaves the clearing account of the payments' currency, signed as their movements are.
        bought_minor: what comes to that of the settlement's currency instead, before fees.
    """

    id: UUID
    casino_id: UUID
    provider: str
    sold_currency: str
    sold_minor: int
    bought_currency: str
    bought_minor: int
