"""Everything that can be wrong with a JSON body, made from one that is right."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

TYPES: tuple[Any, ...] = (None, True, 7, 1.5, "text", [], {}, [[]], {"a": {"b": 1}})
NUMBERS: tuple[Any, ...] = (-1, 0, -(10**15) - 1, 10**15 + 1, 2**63 - 1, 1e15, "100", True)
TOO_LARGE: tuple[Any, ...] = (2**63, -(2**63) - 1, 10**30, 10**400)
BAD_TEXTS = ("\x00", "a\x00b", "\ud800", "x\udfffy")
TEXTS: tuple[Any, ...] = (
    "",
    " ",
    "x" * 10_000,
    "\u202e\u0000".strip("\x00"),
    "' OR 1=1 --",
    "../../etc/passwd",
    "ß" * 300,
)
CURRENCIES = ("XXX", "eur", "ZZZZZ", "EURO€", "GBP")

_GONE = object()


@dataclass(frozen=True)
class Mutation:
    """A body with one thing changed.

    Attributes:
        field: what was changed, as problems name it.
        hopeless: no store takes it, so it is refused whatever the description of the field says.
    """

    name: str
    field: str
    body: Any
    hopeless: bool = False


def mutations(body: Any) -> Iterator[Mutation]:
    """All of them, field by field."""
    for path, value in _places(body):
        for other in _others(path, value):
            yield _changed(body, path, other)
        for other in (*BAD_TEXTS, *(TOO_LARGE if _is_number(value) else ())):
            yield _changed(body, path, other, hopeless=True)
        yield _changed(body, path, _GONE)
    for path, value in [((), body), *_places(body)]:
        if isinstance(value, dict):
            for name in ("surplus", "__proto__", "", "a\x00b"):
                yield _changed(body, (*path, name), 1, hopeless="\x00" in name)


def _others(path: tuple[Any, ...], value: Any) -> Iterator[Any]:
    yield from TYPES
    if _is_number(value):
        yield from NUMBERS
    if isinstance(value, str):
        yield from TEXTS
        if "currenc" in str(path):
            yield from CURRENCIES
    if isinstance(value, list) and value:
        yield value * 2
        yield value * 1000


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, value in inner:
        yield (*path, step), value
        yield from _places(value, (*path, step))


def _changed(body: Any, path: tuple[Any, ...], value: Any, *, hopeless: bool = False) -> Mutation:
    made = deepcopy(body)
    place = made
    for step in path[:-1]:
        place = place[step]
    if value is _GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    shown = "left out" if value is _GONE else ascii(value)[:40]
    return Mutation(f"{_named(path)} = {shown}", _named(path), made, hopeless)


def _named(path: tuple[Any, ...]) -> str:
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name
