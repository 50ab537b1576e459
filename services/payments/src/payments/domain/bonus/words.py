"""What is done with a player's bonus, and in which order a casino uses it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class BonusAction(StrEnum):
    """What people, or a program of bonuses, do with it."""

    GRANT = "grant"
    """The house gives it to the player."""
    FORFEIT = "forfeit"
    """The house takes it back."""
    CONVERT = "convert"
    """It becomes the player's own money."""


class OrderOfUse(StrEnum):
    """From where a stake is taken first; the rest of it comes from the other."""

    CASH_FIRST = "cash_first"
    BONUS_FIRST = "bonus_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusFact:
    """What shall be done.

    Attributes:
        amount_minor: that is given, taken back or becomes cash, in minor units, greater than zero.
        forfeited_minor: that is taken back together with a conversion, or neither happens; 0: nothing.
        reference: what it is about, as an outsider calls it: a campaign, a letter.
    """

    casino_id: UUID
    player_id: UUID
    currency: str
    action: BonusAction
    amount_minor: int
    forfeited_minor: int = 0
    reference: str | None = None

    @property
    def taken_minor(self) -> int:
        """What the bonus must hold for it."""
        return 0 if self.action is BonusAction.GRANT else self.amount_minor + self.forfeited_minor
