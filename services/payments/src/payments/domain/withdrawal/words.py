"""What a provider can say about a payout, whatever its protocol calls it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The order to pay was accepted under the provider's reference."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The order was refused, believably and for good; `code` is the provider's reason."""

    code: str


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
    """The payout failed, or its money came back: the player gets it again. `reference` as in `Confirmed`."""

    amount_minor: int
    currency: str
    code: str
    reference: str | None = None


PayoutWord = Taken | Declined | Unanswered | Confirmed | SentBack
