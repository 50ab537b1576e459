"""Return to source: a withdrawal goes first to where the player's money came from, the rest where he wants it.

For each instrument a player is owed what he paid in with it, less what was refunded, taken back or paid to it already.
A withdrawal fills the instruments that can receive in the order of the casino's policy, each up to that. What is left
are winnings, or deposits that cannot go back: it goes to the destination he named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from payments.domain.withdrawal.events import Way


class ReturnFirst(StrEnum):
    """In which order a withdrawal goes back to where the money came from."""

    NEWEST = "newest"
    """The deposit that was paid last."""
    OLDEST = "oldest"
    """The deposit that was paid first."""
    LARGEST = "largest"
    """Where most is left."""


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
    """The instrument was switched off."""
    FAILED_BEFORE = "failed_before"
    """A part of this withdrawal went there and did not arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A deposit of which something is left, and how it could go back.

    Attributes:
        left_minor: settled, less what was refunded, is being refunded or was taken back.
        instrument_id: what paid it; None: nobody told, it stands for itself.
        to_named: it came from the very instrument that the player wants to be paid to, by the same provider.
        obstacle: why it cannot go back; then `way` says nothing.
    """

    deposit_id: UUID
    provider: str
    paid_at: datetime
    left_minor: int
    way: Way
    instrument_id: UUID | None = None
    to_named: bool = False
    obstacle: Obstacle | None = None

    @property
    def group(self) -> UUID:
        """Deposits of one instrument are owed together."""
        return self.instrument_id or self.deposit_id


@dataclass(frozen=True, slots=True)
class Portion:
    """What goes where. `source` is None: where the player wants it. Of it `winnings_minor` did not come from there."""

    amount_minor: int
    source: Source | None = None
    winnings_minor: int = 0

    @property
    def to_named(self) -> bool:
        """Whether it goes where the player wants it."""
        return self.source is None or self.source.to_named


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would have gone back to a source and cannot."""

    source: Source
    amount_minor: int
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a withdrawal would go. The portions are exactly the whole."""

    portions: tuple[Portion, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def winnings_minor(self) -> int:
        """What goes where the player wants it and did not come from there."""
        return sum(one.winnings_minor for one in self.portions)

    @property
    def undivided(self) -> bool:
        """Whether all of it goes where the player wants it."""
        return all(one.to_named for one in self.portions)


def plan(amount_minor: int, sources: Iterable[Source], paid_minor: Mapping[UUID, int], first: ReturnFirst) -> Plan:
    """Divide an amount; `paid_minor` is what was paid to an instrument before, or is on its way there.

    >>> from datetime import UTC
    >>> card = Source(deposit_id=UUID(int=1), provider="stripe", paid_at=datetime(2026, 3, 1, tzinfo=UTC),
    ...     left_minor=50_00, way=Way.REFUND)
    >>> [one.amount_minor for one in plan(80_00, [card], {}, ReturnFirst.NEWEST).portions]
    [5000, 3000]
    >>> [one.amount_minor for one in plan(20_00, [card], {}, ReturnFirst.NEWEST).portions]
    [2000]
    """
    known = list(sources)
    owed: dict[UUID, int] = {}
    for one in known:
        owed[one.group] = owed.get(one.group, 0) + one.left_minor
    owed = {group: max(0, minor - paid_minor.get(group, 0)) for group, minor in owed.items()}
    rest, portions, left_out = amount_minor, list[Portion](), list[LeftOut]()
    for one in _sorted(known, owed, first):
        minor = min(rest, one.left_minor, owed[one.group])
        if minor <= 0:
            continue
        if one.obstacle is not None:
            left_out.append(LeftOut(one, minor, one.obstacle))
            continue
        owed[one.group] -= minor
        portions.append(Portion(minor, one))
        rest -= minor
    if rest:
        portions.append(Portion(rest, winnings_minor=rest))
    return Plan(tuple(_joined(portions)), tuple(left_out))


def _sorted(sources: Sequence[Source], owed: Mapping[UUID, int], first: ReturnFirst) -> list[Source]:
    newest = sorted(sources, key=lambda one: (one.paid_at, one.deposit_id), reverse=True)
    match first:
        case ReturnFirst.NEWEST:
            return newest
        case ReturnFirst.OLDEST:
            return newest[::-1]
        case ReturnFirst.LARGEST:
            return sorted(newest, key=lambda one: -owed[one.group])


def _joined(portions: Iterable[Portion]) -> list[Portion]:
    """Each refund is of one deposit; what is paid to one instrument is paid at once."""
    joined: dict[object, Portion] = {}
    for one in portions:
        key = _to(one)
        before = joined.get(key, Portion(0))
        joined[key] = Portion(
            before.amount_minor + one.amount_minor,
            before.source or one.source,
            before.winnings_minor + one.winnings_minor,
        )
    return list(joined.values())


def _to(portion: Portion) -> object:
    source = portion.source
    if source is None or source.to_named:
        return None
    return source.deposit_id if source.way is Way.REFUND else (source.provider, source.group)
