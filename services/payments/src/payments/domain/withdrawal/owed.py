"""What a player is owed by the places his money came from, reckoned through his payments in their order.

A payout settles what is owed to its place at that moment; what it pays beyond that are winnings, and no deposit that
comes later is settled by them. What is exchanged is owed on, in the currency it became, to the same place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """A deposit was credited. `place`: the instrument that paid it, or the deposit itself where nobody told."""

    at: datetime
    place: UUID
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Of a deposit of that place so much was refunded, or taken back by others; negative: given back again."""

    at: datetime
    place: UUID
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """So much was ordered to be paid to an instrument, and did not come back."""

    at: datetime
    place: UUID
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """Money of one currency became money of another."""

    at: datetime
    currency: str
    minor: int
    bought_currency: str
    bought_minor: int


Moved = CameIn | TakenBack | PaidOut | Exchanged


@dataclass(frozen=True, slots=True)
class _Lot:
    """What is owed to a place in the currency it is now; `of_it` is what that was in the currency it was paid in."""

    minor: int
    of_it: int

    def less(self, minor: int) -> "_Lot":
        return _Lot(self.minor - minor, self.of_it - self.of_it * minor // self.minor)


_Key = tuple[str, UUID, str]
"""The currency it is in now, the place, the currency it was paid in."""


def owed(moved: Iterable[Moved], currency: str) -> dict[UUID, tuple[int, int]]:
    """What each place is owed in a currency: of deposits in it, and of what was exchanged into it; minor units.

    >>> from datetime import UTC
    >>> day, bank = datetime(2026, 3, 1, tzinfo=UTC), UUID(int=1)
    >>> first = CameIn(at=day, place=bank, currency="EUR", minor=100_00)
    >>> won = PaidOut(at=day.replace(day=2), place=bank, currency="EUR", minor=500_00)
    >>> later = CameIn(at=day.replace(day=3), place=bank, currency="EUR", minor=300_00)
    >>> owed([first, won, later], "EUR")[bank]
    (30000, 0)
    """
    books = _Books()
    for one in sorted(moved, key=lambda one: one.at):
        books.take(one)
    found: dict[UUID, tuple[int, int]] = {}
    for (now, place, origin), lot in books.lots.items():
        if now == currency:
            own, foreign = found.get(place, (0, 0))
            found[place] = (own + lot.minor, foreign) if origin == now else (own, foreign + lot.minor)
    return found


class _Books:
    """Lots by where and in which currency they are. `short`: what was taken back of a place beyond what it was owed,
    because it had been paid there before; the next deposits make up for it.
    """

    def __init__(self) -> None:
        self.lots: dict[_Key, _Lot] = {}
        self._short: dict[tuple[UUID, str], int] = {}

    def take(self, one: Moved) -> None:
        match one:
            case CameIn():
                self._came_in(one.place, one.currency, one.minor)
            case TakenBack(minor=minor) if minor < 0:
                self._came_in(one.place, one.currency, -minor)
            case TakenBack():
                self._taken_back(one)
            case PaidOut():
                self._use([key for key in self.lots if key[:2] == (one.currency, one.place)], one.minor)
            case Exchanged():
                self._exchanged(one)

    def _came_in(self, place: UUID, currency: str, minor: int) -> None:
        short = self._short.get((place, currency), 0)
        self._short[place, currency] = max(0, short - minor)
        self._add((currency, place, currency), max(0, minor - short), max(0, minor - short))

    def _taken_back(self, one: TakenBack) -> None:
        """Of what is in the deposit's currency still, then of what was exchanged out of it."""
        rest, home = one.minor, (one.currency, one.place, one.currency)
        away = [key for key in self.lots if key[1:] == home[1:] and key != home]
        for key in [home, *away]:
            lot = self.lots.get(key)
            if lot is not None and lot.of_it and rest:
                gone = min(rest, lot.of_it)
                self._put(
                    key, replace(lot, minor=lot.minor - -(-lot.minor * gone // lot.of_it), of_it=lot.of_it - gone)
                )
                rest -= gone
        self._short[one.place, one.currency] = self._short.get((one.place, one.currency), 0) + rest

    def _exchanged(self, one: Exchanged) -> None:
        """What was paid in is exchanged before what was won, as it is paid out before."""
        sold = 0
        before = [(key, self.lots[key]) for key in self.lots if key[0] == one.currency]
        used = self._use([key for key, _ in before], one.minor)
        for (key, lot), minor in zip(before, used, strict=True):
            bought = one.bought_minor * (sold + minor) // one.minor - one.bought_minor * sold // one.minor
            sold += minor
            of_it = lot.of_it - lot.less(minor).of_it
            self._add((one.bought_currency, key[1], key[2]), bought, of_it)

    def _use(self, keys: Iterable[_Key], minor: int) -> list[int]:
        """Take so much of the lots, one after the other; how much of each."""
        used: list[int] = []
        for key in keys:
            lot = self.lots[key]
            used.append(min(minor, lot.minor))
            minor -= used[-1]
            self._put(key, lot.less(used[-1]))
        return used

    def _add(self, key: _Key, minor: int, of_it: int) -> None:
        lot = self.lots.get(key, _Lot(0, 0))
        self._put(key, _Lot(lot.minor + minor, lot.of_it + of_it))

    def _put(self, key: _Key, lot: _Lot) -> None:
        if lot.minor > 0:
            self.lots[key] = lot
        else:
            self.lots.pop(key, None)
