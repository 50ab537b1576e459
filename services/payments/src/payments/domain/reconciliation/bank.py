"""Which line of a bank's statement is the arrival of which settlement batches."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from payments.domain.reconciliation.naming import Named, Naming


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
    """What belongs together, and the ids of the lines that belong to nothing."""

    pairings: list[Pairing]
    alone: list[int]


class Sought:
    """Of which other lines it depends what some lines are: of those that name the same batches, or such as may be these
    by amount, and of those of the same amount.
    """

    def __init__(self, batches: Sequence[OpenBatch], amounts: Collection[tuple[int, str]]) -> None:
        self.batches, self._amounts, self._names = batches, frozenset(amounts), _names(batches)

    def __bool__(self) -> bool:
        """False: of none."""
        return bool(self.batches)

    def concerns(self, line: BankLine) -> bool:
        """Whether it is one of those lines."""
        return self.by_amount(line) or any(self._names.of(line.said))

    def by_amount(self, line: BankLine) -> bool:
        """Whether it may be a batch by its amount, or keep another from being one."""
        return (line.amount_minor, line.currency) in self._amounts


def pair(
    lines: Sequence[BankLine],
    batches: Sequence[OpenBatch],
    days: int,
    naming_others: Collection[int] = (),
    beside: Sequence[BankLine] = (),
) -> Paired:
    """By the names a line holds: one batch, several in one line, or one in several lines. Then, of lines that name no
    batch at all, by amount and date, where only one fits: one batch, or everything one provider still owes in that
    currency.

    Args:
        naming_others: lines that name batches which are at the bank already.
        beside: lines elsewhere that `sought` asked for: they are paired by name with these, and by amount keep them
            from being taken for a batch that may as well be theirs.
    """
    names = _names(batches)
    told = {one.id: names.of(one.said) for one in (*lines, *beside)}
    by_name = _ByName(told, batches)
    pairings = by_name.pair([*lines, *beside])
    left = [one for one in lines if not any(told[one.id]) and one.id not in naming_others]
    rivals = [one for one in beside if not any(told[one.id]) and one.id not in naming_others]
    free = [one for one in batches if one.id not in by_name.taken]
    pairings += _by_amount(left, free, timedelta(days=days), rivals)
    used = {line.id for one in pairings for line in one.lines}
    gone = [one.id for one in beside if one.again and told[one.id].whole & by_name.taken]
    return Paired(pairings, [one for one in (*(line.id for line in lines), *gone) if one not in used])


def sought(lines: Sequence[BankLine], batches: Sequence[OpenBatch], days: int) -> Sought:
    """Of which other lines it depends what these are."""
    names = _names(batches)
    named: set[UUID] = set()
    amounts: set[tuple[int, str]] = set()
    for line in lines:
        told = names.of(line.said)
        named |= told.whole | told.broken
        if not any(told) and (fitting := _fitting(line, batches, timedelta(days=days))):
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


def _by_amount(
    lines: Sequence[BankLine], batches: Sequence[OpenBatch], near: timedelta, beside: Sequence[BankLine]
) -> list[Pairing]:
    found: list[Pairing] = []
    used: set[UUID] = set()
    for line in lines:
        fitting = _fitting(line, [one for one in batches if one.id not in used], near)
        rivals = (
            one
            for one in (*lines, *beside)
            if one.id != line.id
            and (one.amount_minor, one.currency) == (line.amount_minor, line.currency)
            and any(abs(batch.booked_at - one.booked_at) <= near for batch in fitting)
        )
        one_batch = len(fitting) == 1 or sum(one.arrives_minor for one in fitting) == line.amount_minor
        if fitting and one_batch and next(rivals, None) is None:
            used.update(one.id for one in fitting)
            found.append(Pairing((line,), tuple(fitting)))
    return found


def _fitting(line: BankLine, batches: Iterable[OpenBatch], near: timedelta) -> list[OpenBatch]:
    """The batches of just this amount near that day; without any, those of a provider that are it together."""
    close = [one for one in batches if one.currency == line.currency and abs(one.booked_at - line.booked_at) <= near]
    equal = [one for one in close if one.arrives_minor == line.amount_minor]
    return equal or _whole(close, line.amount_minor)


def _whole(batches: Iterable[OpenBatch], amount_minor: int) -> list[OpenBatch]:
    """Everything one provider owes, when it is exactly this and no other provider owes as much."""
    by_provider = sorted(batches, key=lambda one: one.provider)
    sums = [list(them) for _, them in groupby(by_provider, key=lambda one: one.provider)]
    equal = [them for them in sums if len(them) > 1 and sum(one.arrives_minor for one in them) == amount_minor]
    return equal[0] if len(equal) == 1 else []
