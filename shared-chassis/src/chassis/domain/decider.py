"""An aggregate is three pure values: a first state, a decision and a fold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic, TypeVar

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """The whole of an aggregate.

    Attributes:
        category: the first part of its stream ids (`withdrawal` in `withdrawal-018f...`).
        initial: the state before the first event.
        decide: what happens because of a command; raises a DomainError to refuse, returns nothing when nothing is new.
        evolve: the state after an event; total, it never refuses a known event.

    >>> counter = Decider("counter", 0, lambda by, at: [by] if at + by < 3 else [], lambda at, by: at + by)
    >>> counter.fold([1, 1])
    2
    >>> counter.decide(1, 2)
    []
    """

    category: str
    initial: S
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events`, starting from `state` or from the beginning."""
        return reduce(self.evolve, events, self.initial if state is None else state)
