"""What a player paid in and does not go back to where it came from, and why."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Obstacle(StrEnum):
    """Why money does not go back to where it came from."""

    NO_WAY_BACK = "no_way_back"
    """Its provider neither refunds nor knows an account of his that it could pay to."""
    TOO_OLD = "too_old"
    """A refund, and the deposit is older than the casino's policy has refunded."""
    PROVIDER_OFF = "provider_off"
    """The casino has no account at its provider any more, or it is off."""
    EXPIRED = "expired"
    """The card is."""
    DISABLED = "disabled"
    """The instrument was switched off by staff."""
    DISABLED_BY_PLAYER = "disabled_by_player"
    """He switched off an account or wallet himself. A refund goes back to a card all the same."""
    OTHER_CURRENCY = "other_currency"
    """It was paid in in another currency and exchanged since, and what it came from takes none of this one: a refund is
    in the currency of its deposit.
    """
    FAILED_BEFORE = "failed_before"
    """A part of this withdrawal went there and did not arrive."""

    @property
    def waits(self) -> bool:
        """Whether it goes nowhere else by itself: what may be gone tomorrow, and what the player has put in the way."""
        return self in (Obstacle.PROVIDER_OFF, Obstacle.DISABLED_BY_PLAYER)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBack:
    """What of a withdrawal would have gone back to a source, `amount_minor` of it, and could not."""

    deposit_id: UUID
    provider: str
    amount_minor: int
    obstacle: Obstacle
    instrument_id: UUID | None = None
