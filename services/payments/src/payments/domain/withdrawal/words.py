"""What a provider can say about a payout, whatever its protocol calls it, and what people found out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The order to pay was accepted under the provider's reference."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The order was refused, believably and for good; `code` is the provider's reason.

    `for_all`: no other order of this payout is paid either. Else the refusal of one that was sent again says nothing of
    an earlier one, which may have been taken.
    """

    code: str
    for_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """No answer, or none that can be believed: the order may or may not have been taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The money left for the player's account.

    `reference` is the provider's name of the order, when it tells: a notification may overtake the answer to the order.
    """

    amount_minor: int
    currency: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    """The payout failed, or its money came back: the player gets it again. `reference` as in `Confirmed`.

    `amount_minor` is 0 where nobody can read how much. `so_far`: it is all that came back until now, and said again
    whenever the provider is asked; else it is what came back this time. `by_player`: he may have taken it back there.
    """

    amount_minor: int
    currency: str
    code: str
    reference: str | None = None
    so_far: bool = False
    by_player: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPaid:
    """Two people found out that the provider paid it, and how it is called there."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnpaid:
    """Two people found out that the provider did not pay it, and will not."""


Found = FoundPaid | FoundUnpaid
ProviderWord = Taken | Declined | Unanswered | Confirmed | SentBack
PayoutWord = ProviderWord | Found


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWasPaid:
    """The money of a part left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFellThrough:
    """A part surely did not leave, and never will. `by_hand`: its provider did not say so, two people found it out."""

    code: str
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCameBack:
    """Money of a paid part is in the wallet again."""

    amount_minor: int


PartWord = PartWasPaid | PartFellThrough | PartCameBack
"""What became of a part of a withdrawal: said by the part itself, in the transaction in which it happened to it."""
