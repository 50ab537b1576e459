"""Given these events, when this command, then these events: the whole test of an aggregate, without any I/O."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from chassis.domain import Decider, DomainError

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")
R = TypeVar("R", bound=DomainError)


class Spec(Generic[C, S, E]):
    """A sentence about one aggregate.

    >>> counter = Decider("counter", 0, lambda by, at: [by] if at + by < 3 else [], lambda at, by: at + by)
    >>> Spec(counter).given(1).when(1).then(1)
    >>> Spec(counter).given(1, 1).when(1).then_nothing()
    """

    def __init__(self, decider: Decider[C, S, E], history: Sequence[E] = (), command: C | None = None) -> None:
        self._decider = decider
        self._history = tuple(history)
        self._command = command

    def given(self, *history: E) -> "Spec[C, S, E]":
        """These events happened before."""
        return Spec(self._decider, history)

    def when(self, command: C) -> "Spec[C, S, E]":
        """This is asked for."""
        return Spec(self._decider, self._history, command)

    def then(self, *expected: E) -> None:
        """Exactly these events follow, and the state can be folded over them."""
        events = self._decide()
        assert tuple(events) == expected, f"{tuple(events)!r} != {expected!r}"
        self._decider.fold([*self._history, *events])

    def then_nothing(self) -> None:
        """It was understood, and nothing is new."""
        assert tuple(self._decide()) == ()

    def then_raises(self, error: type[R]) -> R:
        """It is refused with this error, which is returned for a closer look."""
        try:
            events = self._decide()
        except error as refusal:
            return refusal
        raise AssertionError(f"expected {error.__name__}, got {tuple(events)!r}")

    def _decide(self) -> Sequence[Any]:
        assert self._command is not None, "when(...) is missing"
        return self._decider.decide(self._command, self._decider.fold(self._history))
