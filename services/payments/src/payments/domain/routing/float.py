"""What a provider can still pay out of a casino's money, as far as anybody knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ASK_EVERY: Final = timedelta(minutes=15)
"""Trustly wants its Balance asked for no more often (https://docs.trustly.com/api/balance); so is everybody."""

TOLD_HOLDS: Final = timedelta(minutes=35)
"""How long a provider's word counts: one question may go unanswered."""

ENTERED_HOLDS: Final = timedelta(hours=24)
"""How long that of staff counts, who look it up once a day."""


class FloatSource(StrEnum):
    """Who said what a provider holds."""

    PROVIDER = "provider"
    STAFF = "staff"


class FloatState(StrEnum):
    """Whether what is known of a float counts."""

    KNOWN = "known"
    STALE = "stale"
    """It was said too long ago."""
    UNKNOWN = "unknown"
    """Nobody said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Float:
    """At one provider, in one currency.

    Attributes:
        room_minor: what was said it holds, less what it has been chosen to pay since and has not; None: nobody said.
        fresh_until: until when that counts.
        ledger_minor: the same as our ledger says, where payouts are bound by that (`prefunded`); it is never stale.
    """

    room_minor: int | None = None
    fresh_until: datetime | None = None
    ledger_minor: int | None = None

    def state(self, now: datetime) -> FloatState:
        """Whether it binds payouts."""
        if self.free_minor(now) is not None:
            return FloatState.KNOWN
        return FloatState.UNKNOWN if self.room_minor is None else FloatState.STALE

    def free_minor(self, now: datetime) -> int | None:
        """What it can pay, by the least that is known; None: nothing is known that counts.

        >>> noon = datetime(2026, 3, 1, 12)
        >>> one = Float(room_minor=500, fresh_until=noon, ledger_minor=None)
        >>> one.free_minor(noon - timedelta(seconds=1)), one.free_minor(noon), one.state(noon)
        (500, None, <FloatState.STALE: 'stale'>)
        """
        fresh = self.fresh_until is not None and now < self.fresh_until
        known = [one for one in (self.room_minor if fresh else None, self.ledger_minor) if one is not None]
        return min(known, default=None)
