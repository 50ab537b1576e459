"""Return to source: a withdrawal goes first to where the player's money came from, the rest where he wants it.

For each instrument a player is owed what he paid in with it, less what was refunded, taken back or returned to it
already (see `owed`).
A withdrawal fills the instruments that can receive in the order of the casino's policy, each up to that. What is left
is first what he is owed and cannot have back there, then winnings: it goes to the destination he named, but for what
may go back another day, which waits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from payments.domain.withdrawal.going import Goes, Way
from payments.domain.withdrawal.not_back import NotBack, Obstacle


class ReturnFirst(StrEnum):
    """In which order a withdrawal goes back to where the money came from."""

    NEWEST = "newest"
    """The deposit that was paid last."""
    OLDEST = "oldest"
    """The deposit that was paid first."""
    LARGEST = "largest"
    """Where most is left."""


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
    """What goes where. `source` is None: where the player wants it.

    Of it `winnings_minor` are more than he paid in, and `not_back_minor` came from elsewhere and cannot go back there.
    """

    amount_minor: int
    source: Source | None = None
    winnings_minor: int = 0
    not_back_minor: int = 0

    @property
    def to_named(self) -> bool:
        """Whether it goes where the player wants it."""
        return self.source is None or self.source.to_named

    @property
    def place(self) -> UUID | None:
        """The instrument, or the deposit where nobody told what paid it; None: where the player wants it."""
        return None if self.source is None or self.source.to_named else self.source.group


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a withdrawal would go. The portions and what waits are exactly the whole."""

    portions: tuple[Portion, ...]
    left_out: tuple[NotBack, ...] = ()
    waits_minor: int = 0

    @property
    def winnings_minor(self) -> int:
        """What goes where the player wants it and is more than he paid in."""
        return sum(one.winnings_minor for one in self.portions)

    @property
    def goes(self) -> tuple[Goes, ...]:
        """How much goes where, as far as it goes anywhere."""
        places: dict[UUID | None, int] = {}
        for one in self.portions:
            places[one.place] = places.get(one.place, 0) + one.amount_minor
        return tuple(Goes(place=place, amount_minor=minor) for place, minor in places.items())

    @property
    def named_minor(self) -> int:
        """What goes where the player wants it."""
        return sum(one.amount_minor for one in self.portions if one.to_named)

    @property
    def undivided(self) -> bool:
        """Whether all of it goes where the player wants it."""
        return not self.waits_minor and all(one.to_named for one in self.portions)


def plan(
    amount_minor: int,
    sources: Iterable[Source],
    owed_minor: Mapping[UUID, int],
    first: ReturnFirst,
    *,
    elsewhere: bool = False,
    least_minor: int = 0,
) -> Plan:
    """Divide an amount; `owed_minor` is what is owed to each group of sources.

    `elsewhere`: a person decided that what may go back another day goes where the player wants it.
    `least_minor`: as little is paid there at once. A rest of less waits: no source may get more than it is owed.

    >>> from datetime import UTC
    >>> card = Source(deposit_id=UUID(int=1), provider="stripe", paid_at=datetime(2026, 3, 1, tzinfo=UTC),
    ...     left_minor=50_00, way=Way.REFUND)
    >>> [one.amount_minor for one in plan(80_00, [card], {card.group: 50_00}, ReturnFirst.NEWEST).portions]
    [5000, 3000]
    >>> [one.amount_minor for one in plan(20_00, [card], {card.group: 50_00}, ReturnFirst.NEWEST).portions]
    [2000]
    """
    known = list(sources)
    owed = {one.group: owed_minor.get(one.group, 0) for one in known}
    in_order = _sorted(known, owed, first)
    portions = [Portion(minor, one) for one, minor in _taken(amount_minor, owed, in_order, barred=False)]
    rest = amount_minor - sum(one.amount_minor for one in portions)
    left_out = [_not_back(one, minor) for one, minor in _taken(rest, owed, in_order, barred=True)]
    waits = 0 if elsewhere else sum(one.amount_minor for one in left_out if one.obstacle.waits)
    not_back = sum(one.amount_minor for one in left_out) - waits
    if rest > waits:
        portions.append(Portion(rest - waits, winnings_minor=rest - waits - not_back, not_back_minor=not_back))
    return _without_too_little(Plan(tuple(_joined(portions)), tuple(left_out), waits), least_minor)


def _without_too_little(made: Plan, least_minor: int) -> Plan:
    """What goes where the player wants it is less than is paid there: it waits, unless it is all there is."""
    portions = tuple(one for one in made.portions if not one.to_named or one.amount_minor >= least_minor)
    if made.undivided or len(portions) == len(made.portions):
        return made
    return replace(made, portions=portions, waits_minor=made.waits_minor + made.named_minor)


def _taken(
    amount_minor: int, owed: dict[UUID, int], sources: Iterable[Source], *, barred: bool
) -> Iterator[tuple[Source, int]]:
    """How much of the amount each source gets, or would get were it not barred; that is owed to it no longer."""
    for one in sources:
        minor = min(amount_minor, one.left_minor, owed[one.group])
        if minor > 0 and barred is (one.obstacle is not None):
            owed[one.group] -= minor
            amount_minor -= minor
            yield one, minor


def _not_back(source: Source, amount_minor: int) -> NotBack:
    assert source.obstacle is not None
    return NotBack(
        deposit_id=source.deposit_id,
        provider=source.provider,
        amount_minor=amount_minor,
        obstacle=source.obstacle,
        instrument_id=source.instrument_id,
    )


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
            before.not_back_minor + one.not_back_minor,
        )
    return list(joined.values())


def _to(portion: Portion) -> object:
    source = portion.source
    if source is None or source.to_named:
        return None
    return source.deposit_id if source.way is Way.REFUND else (source.provider, source.group)
