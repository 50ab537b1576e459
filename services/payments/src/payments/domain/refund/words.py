"""What a provider can say about a refund that we ordered, whatever its protocol calls it, and what people found out."""

from dataclasses import dataclass
from typing import Final

UNDER_REVIEW: Final = "under_review"
"""What holds a refund while a screening hit of its player is confirmed: not for everybody who sees refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took the order; what becomes of it is not decided. `reference` is its name for the refund."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The money is on its way back to the player, as much as the provider says."""

    reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The money is not refunded: the refund failed, even after it had succeeded; without a reference it is the order
    that was refused.
    """

    code: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """No answer, or none that can be believed: the provider may or may not have heard us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPaid:
    """Two people found out that the provider refunded it, and how it is called there."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnpaid:
    """Two people found out that the provider did not refund it, and will not."""


Found = FoundPaid | FoundUnpaid
RefundWord = Accepted | Refunded | Refused | Unanswered | Found
