"""Which line of a bank's statement is the arrival of which settlement batches."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple, TypeVar
from uuid import UUID

from payments.domain.reconciliation.naming import Named, Naming

One = TypeVar("One")
Key = TypeVar("Key", bound=Hashable)


class BankLine(NamedTuple):
    """A booked line; `amount_minor` is positive when money came. `again`: it was looked at before, and stayed open."""

    id: int
    amount_minor: int
    currency: str
    said: str
    booked_at: datetime
    again: bool = False


class OpenBatch(NamedTuple):
    """A batch the bank has not told of. `names` is how its statement may call it."""

    id: UUID
    provider: str
    currency: str
    arrives_minor: int
    names: tuple[str, ...]
    booked_at: datetime


class Pairing(NamedTuple):
    """Lines and batches that belong together; they agree when `difference_minor` is 0."""

    lines: tuple[BankLine, ...]
    batches: tuple[OpenBatch, ...]

    @property
    def difference_minor(self) -> int:
        """By how much more came than was said."""
        return sum(one.amount_minor for one in self.lines) - sum(one.arrives_minor for one in self.batches)


class Paired(NamedTuple):
    """What belongs together, and the ids of the lines that belong to nothing; those of `later` may by their amount be
    what is left, and are looked at again once the rest is settled.
    """

    pairings: list[Pairing]
    alone: list[int]
    later: list[int]


class Sought:
    """Of which other lines it depends what some lines are: of those that name the same batches, or such as may be these
    by amount, and of those of the same amount.
    """

    def __init__(self, batches: Sequence[OpenBatch], amounts: Collection[tuple[int, str]]) -> None:
        self.batches, self.amounts, self._names = batches, frozenset(amounts), _names(batches)

    @property
    def names(self) -> set[str]:
        """By which lines name these batches."""
        return {name for one in self.batches for name in one.names}

    def __bool__(self) -> bool:
        """False: of none."""
        return bool(self.batches)

    def concerns(self, line: BankLine) -> bool:
        """Whether it is one of those lines."""
        return self.by_amount(line) or any(self._names.of(line.said))

    def by_amount(self, line: BankLine) -> bool:
        """Whether it may be a batch by its amount, or keep another from being one."""
        return (line.amount_minor, line.currency) in self.amounts


def pair(
    lines: Sequence[BankLine],
    batches: Sequence[OpenBatch],
    days: int,
    naming_others: Collection[int] = (),
    beside: Sequence[BankLine] = (),
    looked_for: Sought | None = None,
) -> Paired:
    """By the names a line holds: one batch, several in one line, or one in several lines. Then, of lines that name no
    batch at all, by amount and date, where only one fits: one batch, or everything one provider still owes in that
    currency.

    Args:
        naming_others: lines that name batches which are at the bank already.
        beside: lines elsewhere that `sought` asked for: they are paired by name with these, and by amount keep them
            from being taken for a batch that may as well be theirs.
        looked_for: what `sought` said of these. By amount goes no line but those it knew: of another nobody knows
            whether it names a settled batch, or has a rival elsewhere.
    """
    looked_for = sought(lines, batches, days) if looked_for is None else looked_for
    names = _names(batches)
    told = {one.id: names.of(one.said) for one in (*lines, *beside)}
    by_name = _ByName(told, batches)
    pairings = by_name.pair([*lines, *beside])
    nameless = [one for one in lines if not any(told[one.id]) and one.id not in naming_others]
    left = [one for one in nameless if looked_for.by_amount(one)]
    rivals = [one for one in beside if not any(told[one.id]) and one.id not in naming_others]
    pairings += _by_amount(left, _Free((one for one in batches if one.id not in by_name.taken), days), rivals)
    settled = {batch.id for one in pairings if not one.difference_minor for batch in one.batches}
    after = _Free((one for one in batches if one.id not in settled), days)
    later = [one.id for one in nameless if settled and not looked_for.by_amount(one) and after.fitting(one)]
    known = {line.id for one in pairings for line in one.lines}.union(later)
    gone = [one.id for one in beside if one.again and told[one.id].whole & by_name.taken]
    return Paired(pairings, [one for one in (*(line.id for line in lines), *gone) if one not in known], later)


def sought(lines: Sequence[BankLine], batches: Sequence[OpenBatch], days: int) -> Sought:
    """Of which other lines it depends what these are."""
    names, free = _names(batches), _Free(batches, days)
    named: set[UUID] = set()
    amounts: set[tuple[int, str]] = set()
    for line in lines:
        told = names.of(line.said)
        named |= told.whole | told.broken
        if not any(told) and (fitting := free.fitting(line)):
            named.update(one.id for one in fitting)
            amounts.add((line.amount_minor, line.currency))
    return Sought([one for one in batches if one.id in named], amounts)


def _names(batches: Iterable[OpenBatch]) -> Naming:
    return Naming((one.id, name) for one in batches for name in one.names)


class _ByName:
    """No batch arrives twice, and one whose amount fits comes before one whose amount does not."""

    def __init__(self, told: dict[int, Named], batches: Iterable[OpenBatch]) -> None:
        self._told = told
        self._known = {one.id: one for one in batches}
        self.taken: set[UUID] = set()

    def pair(self, lines: Sequence[BankLine]) -> list[Pairing]:
        """All that fit together; then each line that fits one; then what is named by its name and does not fit."""
        found = [one for one in self._groups(lines, broken=True) if not one.difference_minor and self._take(one)]
        left = _without(lines, found)
        singles = (Pairing((line,), (one,)) for line in left if (one := self._fits(line)) is not None)
        found += [one for one in singles if self._take(one)]
        wrong = (_arriving(one) for one in self._groups(_without(lines, found), broken=False))
        return [*found, *(one for one in wrong if one.lines and self._take(one))]

    def _groups(self, lines: Iterable[BankLine], *, broken: bool) -> Iterator[Pairing]:
        """Lines that name the same; whoever names more goes first."""
        groups: dict[tuple[UUID, ...], list[BankLine]] = {}
        for line in lines:
            whole, apart = self._told[line.id]
            if named := self._in_currency(whole or (apart if broken else whole), line):
                groups.setdefault(named, []).append(line)
        for named, them in sorted(groups.items(), key=lambda one: -len(one[0])):
            if free := tuple(self._known[one] for one in named if one not in self.taken):
                yield Pairing(tuple(them), free)

    def _fits(self, line: BankLine) -> OpenBatch | None:
        """The one batch of exactly this amount among those it names."""
        for named in self._told[line.id]:
            free = [self._known[one] for one in self._in_currency(named, line) if one not in self.taken]
            equal = [one for one in free if one.arrives_minor == line.amount_minor]
            if len(equal) == 1:
                return equal[0]
        return None

    def _in_currency(self, named: frozenset[UUID], line: BankLine) -> tuple[UUID, ...]:
        return tuple(sorted(one for one in named if self._known[one].currency == line.currency))

    def _take(self, one: Pairing) -> bool:
        if any(batch.id in self.taken for batch in one.batches):
            return False
        self.taken.update(batch.id for batch in one.batches)
        return True


def _without(lines: Iterable[BankLine], pairings: Iterable[Pairing]) -> list[BankLine]:
    used = {line.id for one in pairings for line in one.lines}
    return [one for one in lines if one.id not in used]


def _arriving(one: Pairing) -> Pairing:
    """Without lines that go the other way: an invoice that names a batch by chance is no part of its arrival."""
    arrives = sum(batch.arrives_minor for batch in one.batches)
    return one._replace(lines=tuple(line for line in one.lines if line.amount_minor * arrives > 0))


def _by_amount(lines: Sequence[BankLine], free: "_Free", beside: Sequence[BankLine]) -> list[Pairing]:
    found: list[Pairing] = []
    same = _grouped([*lines, *beside], lambda one: (one.amount_minor, one.currency))
    for line in lines:
        fitting = free.fitting(line)
        rivals = (
            one
            for one in same[line.amount_minor, line.currency]
            if one.id != line.id and any(free.is_near(batch, one) for batch in fitting)
        )
        one_batch = len(fitting) == 1 or sum(one.arrives_minor for one in fitting) == line.amount_minor
        if fitting and one_batch and next(rivals, None) is None:
            free.take(fitting)
            found.append(Pairing((line,), tuple(fitting)))
    return found


class _Free:
    """Batches a line without a name may be, found by their amount or provider: thousands wait, and each line asks."""

    def __init__(self, batches: Iterable[OpenBatch], days: int) -> None:
        free, self._near = list(batches), timedelta(days=days)
        self._equal = {key: _ByDay(them) for key, them in _grouped(free, _what).items()}
        self._owed = {key: _ByDay(them) for key, them in _grouped(free, _whose).items()}

    def fitting(self, line: BankLine) -> list[OpenBatch]:
        """The batches of just this amount near that day; without any, everything one provider owes near it, when that
        is exactly this and no other provider owes as much.
        """
        equal = self._equal.get((line.currency, line.amount_minor))
        if equal is not None and (found := equal.of(equal.near(line.booked_at, self._near))):
            return found
        whole: list[list[OpenBatch]] = []
        for (currency, _), owed in self._owed.items():
            near = owed.near(line.booked_at, self._near)
            if currency == line.currency and len(near) > 1 and owed.sum_minor(near) == line.amount_minor:
                whole.append(owed.of(near))
        return whole[0] if len(whole) == 1 else []

    def is_near(self, batch: OpenBatch, line: BankLine) -> bool:
        """Whether they are of days that may be one arrival."""
        return abs(batch.booked_at - line.booked_at) <= self._near

    def take(self, batches: Collection[OpenBatch]) -> None:
        """They are no longer free."""
        ids = {one.id for one in batches}
        for what in set(map(_what, batches)):
            self._equal[what] = self._equal[what].without(ids)
        for whose in set(map(_whose, batches)):
            self._owed[whose] = self._owed[whose].without(ids)


class _ByDay:
    """Batches in the order of their days, and what they add up to from the first to each."""

    def __init__(self, batches: Iterable[OpenBatch]) -> None:
        self._batches = sorted(batches, key=lambda one: one.booked_at)
        self._sums = [0, *accumulate(one.arrives_minor for one in self._batches)]

    def near(self, day: datetime, near: timedelta) -> range:
        """The places of those that are at most so far from a day."""

        def off(one: OpenBatch) -> timedelta:
            return one.booked_at - day

        return range(bisect_left(self._batches, -near, key=off), bisect_right(self._batches, near, key=off))

    def of(self, places: range) -> list[OpenBatch]:
        """Those at these places."""
        return self._batches[places.start : places.stop]

    def sum_minor(self, places: range) -> int:
        """What those at these places add up to."""
        return self._sums[places.stop] - self._sums[places.start]

    def without(self, ids: Collection[UUID]) -> "_ByDay":
        """The others."""
        return _ByDay(one for one in self._batches if one.id not in ids)


def _what(one: OpenBatch) -> tuple[str, int]:
    return one.currency, one.arrives_minor


def _whose(one: OpenBatch) -> tuple[str, str]:
    return one.currency, one.provider


def _grouped(them: Iterable[One], key: Callable[[One], Key]) -> dict[Key, list[One]]:
    groups: dict[Key, list[One]] = {}
    for one in them:
        groups.setdefault(key(one), []).append(one)
    return groups
