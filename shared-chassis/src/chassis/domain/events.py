"""How a domain event gets its stored name: a literal next to the class, never a Python path."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_ATTRIBUTE = "__event_type__"


def event(name: str, version: int) -> Callable[[type[T]], type[T]]:
    """Give a frozen dataclass its stored type `context.snake_case` and integer version.

    >>> from dataclasses import dataclass
    >>> @event("payments.withdrawal_requested", 1)
    ... @dataclass(frozen=True, slots=True, kw_only=True)
    ... class WithdrawalRequested:
    ...     amount_minor: int
    >>> event_type_of(WithdrawalRequested)
    ('payments.withdrawal_requested', 1)
    """

    def mark(cls: type[T]) -> type[T]:
        setattr(cls, _ATTRIBUTE, (name, version))
        return cls

    return mark


def event_type_of(cls: type[object]) -> tuple[str, int]:
    """The stored type and version of an event class; TypeError when it was never given one."""
    marked: tuple[str, int] | None = getattr(cls, _ATTRIBUTE, None)
    if marked is None:
        raise TypeError(f'{cls.__qualname__} has no stored type: decorate it with @event("context.name", version)')
    return marked
