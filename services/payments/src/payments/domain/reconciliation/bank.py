"""Which line of a bank's statement is the arrival of which settlement batches."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

SHORTEST_NAME: Final = 6
"""A name shorter than this stands in texts by chance."""


class BankLine(NamedTuple):
    """A booked line; `amount_minor` is positive when money came."""

    id: int
    amount_minor: int
    currency: str
    said: str
    booked_at: datetime


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


def pair(
    lines: Sequence[BankLine], batches: Sequence[OpenBatch], days: int, naming_others: Collection[int] = ()
) -> list[Pairing]:
    """By the names a line holds: one batch, several in one line, or one in several lines. Then, of lines that name no
    batch at all, by amount and date, where only one fits: one batch, or everything one provider still owes in that
    currency. `naming_others` are the lines that name batches which are at the bank already.
    """
    by_name = _named(lines, batches)
    used_batches = {batch.id for one in by_name for batch in one.batches}
    naming = {one.id for one in lines if any(_names(one.said, batch) for batch in batches)}.union(naming_others)
    left = [one for one in lines if one.id not in naming]
    free = [one for one in batches if one.id not in used_batches]
    return [*by_name, *_by_amount(left, free, timedelta(days=days))]


def _named(lines: Iterable[BankLine], batches: Sequence[OpenBatch]) -> list[Pairing]:
    named: dict[tuple[UUID, ...], list[BankLine]] = {}
    known = {one.id: one for one in batches}
    for line in lines:
        found = tuple(one.id for one in batches if one.currency == line.currency and _names(line.said, one))
        if found:
            named.setdefault(found, []).append(line)
    return [Pairing(tuple(them), tuple(known[one] for one in found)) for found, them in _apart(named)]


def _apart(named: dict[tuple[UUID, ...], list[BankLine]]) -> Iterable[tuple[tuple[UUID, ...], list[BankLine]]]:
    """No batch arrives twice: whoever names more of them goes first."""
    taken: set[UUID] = set()
    for found, lines in sorted(named.items(), key=lambda one: -len(one[0])):
        free = tuple(one for one in found if one not in taken)
        if free:
            taken.update(free)
            yield free, lines


def _names(said: str, batch: OpenBatch) -> bool:
    return any(len(name) >= SHORTEST_NAME and name in said for name in batch.names)


def _by_amount(lines: Sequence[BankLine], batches: Sequence[OpenBatch], near: timedelta) -> list[Pairing]:
    found: list[Pairing] = []
    used: set[UUID] = set()
    for line in lines:
        close = [
            one
            for one in batches
            if one.id not in used and one.currency == line.currency and abs(one.booked_at - line.booked_at) <= near
        ]
        equal = [one for one in close if one.arrives_minor == line.amount_minor]
        rivals = [one for one in lines if (one.amount_minor, one.currency) == (line.amount_minor, line.currency)]
        whole = [] if equal else _whole(close, line.amount_minor)
        fitting = equal[:1] if len(equal) == 1 and len(rivals) == 1 else whole
        if fitting:
            used.update(one.id for one in fitting)
            found.append(Pairing((line,), tuple(fitting)))
    return found


def _whole(batches: Iterable[OpenBatch], amount_minor: int) -> list[OpenBatch]:
    """Everything one provider owes, when it is exactly this and no other provider owes as much."""
    by_provider = sorted(batches, key=lambda one: one.provider)
    sums = [list(them) for _, them in groupby(by_provider, key=lambda one: one.provider)]
    equal = [them for them in sums if len(them) > 1 and sum(one.arrives_minor for one in them) == amount_minor]
    return equal[0] if len(equal) == 1 else []
