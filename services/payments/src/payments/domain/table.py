"""Transition tables: what may happen to a payment in which state, and what follows from it.

Deciders are held to their tables: what no row lists is an anomaly for a person to see, and is never applied. That is
seen whenever one decides; that each event leads where it says, and posts what it says, the walks of the tests show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from payments.domain.ledger.transfers import TransferKind


@dataclass(frozen=True, slots=True)
class Row:
    """In any of these states this word or command may lead to these events; to none where it is no news.

    Attributes:
        on: the class of a command, or of a provider's word.
        states: the classes of the states it speaks of.
        then: the classes of all events that may follow.
        refusals: the stable codes with which it may be refused; a refused word is set aside for a person.
    """

    on: type
    states: tuple[type, ...]
    then: tuple[type, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class After:
    """What an event changes.

    Attributes:
        states: the classes of the states it leads to; none: the payment stays where it is, and remembers it.
        posts: the kinds of transfers the ledger books with it, in the same transaction.
    """

    states: tuple[type, ...] = ()
    posts: tuple[TransferKind, ...] = ()


class Table:
    """All rows of an aggregate, and what each of its events changes.

    Args:
        aggregate: its name.
        rows: no pair of state and word is in two of them.
        after: of every event.
    """

    def __init__(self, aggregate: str, rows: Iterable[Row], after: Mapping[type, After]) -> None:
        self.aggregate = aggregate
        self.rows = tuple(rows)
        self.after = dict(after)
        self._rows = {(on, state): row for row in self.rows for on, state in product([row.on], row.states)}
        if len(self._rows) != sum(len(row.states) for row in self.rows):
            raise ValueError(f"{aggregate}: a pair is listed twice")

    def row(self, on: type, state: type) -> Row | None:
        """What the table says of this word or command in this state."""
        return self._rows.get((on, state))

    def allows(self, on: type, state: type, events: Sequence[object]) -> bool:
        """Whether a row has the pair, and all of the events."""
        row = self.row(on, state)
        return row is not None and all(type(event) in row.then for event in events)
