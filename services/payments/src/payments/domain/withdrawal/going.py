"""Where the money of a withdrawal goes, by which way and why, and what holds it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """So much goes to one place: an instrument, or the deposit where nobody told what paid it. None: where the player
    wants it.
    """

    place: UUID | None
    amount_minor: int


class Held(StrEnum):
    """Why what was approved is not sent. It is looked at again until it goes, or people give it back."""

    PROVIDER_OFF = "provider_off"
    """Its provider was switched off for the casino, or may not be called."""
    DEBT_OUTSTANDING = "debt_outstanding"
    """The player owes money of deposits or wins that were taken back."""
    DISPUTE_OPEN = "dispute_open"
    """A bank wants a payment of his back."""
    DESTINATION_DISABLED = "destination_disabled"
    """What it goes to was switched off."""
    FLOAT_TOO_SMALL = "float_too_small"
    """Its provider is paid in advance and holds less than that."""


class Way(StrEnum):
    """How a part of a withdrawal goes."""

    PAYOUT = "payout"
    """An order to pay, to the instrument a deposit came from or to where the player wants it."""
    REFUND = "refund"
    """A refund of a deposit, where its provider gives back no other way."""


class Why(StrEnum):
    """Why a part goes where it goes."""

    DEPOSITED = "deposited"
    """It came from there."""
    WINNINGS = "winnings"
    """It is more than he paid in, all or some of it: it goes where he wants it."""
    NOT_BACK = "not_back"
    """He paid it in, and it cannot go back to where it came from: it goes where he wants it."""


def why(winnings_minor: int, not_back: bool) -> Why:
    """Winnings say more than what cannot go back."""
    if winnings_minor:
        return Why.WINNINGS
    return Why.NOT_BACK if not_back else Why.DEPOSITED


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFact:
    """A part of a withdrawal: an order of its own, under an id of its own.

    `deposit_id`: the deposit that is refunded, or the latest that came from what is paid to. `shown_as`: its end.
    `winnings_minor`, `not_back_minor`: what of it did not come from there.
    """

    part_id: UUID
    way: Way
    why: Why
    provider: str
    amount_minor: int
    deposit_id: UUID | None = None
    instrument_id: UUID | None = None
    shown_as: str = ""
    winnings_minor: int = 0
    not_back_minor: int = 0
