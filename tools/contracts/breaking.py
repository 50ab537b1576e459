"""Says what in a change of the promises would break a consumer, and which one.

A consumer breaks in two ways: built on the new promise, it must still read every older message (they stay in topics,
inboxes and archives); built on the old promise, it must read the new messages until it is deployed anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Promises = Mapping[str, Schema]
"""JSON Schemas of events by `type.vN`, as `tools.contracts.schemas` makes them."""

_FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_KINDS = ("type", "format")
_ABSENT = object()


@dataclass(frozen=True)
class Break:
    """One promise that is no longer kept."""

    label: str
    what: str
    consumers: tuple[str, ...]

    def __str__(self) -> str:
        readers = ", ".join(self.consumers) or "whoever reads it outside"
        return f"{self.label}: {self.what}. It breaks: {readers}."


def breaks(old: Promises, new: Promises) -> list[Break]:
    """Every promise of `old` that `new` does not keep. What is only added breaks nobody."""
    found = []
    for label, before in sorted(old.items()):
        after = new.get(label)
        readers = tuple(before["x-consumers"])
        if after is None:
            found.append(Break(label, "the event was removed", readers))
            continue
        words = [*_catalogue(before, after), *_shape("", before, after)]
        found.extend(Break(label, what, readers) for what in words)
    return found


def _catalogue(before: Schema, after: Schema) -> Iterator[str]:
    for word in ("topic", "key"):
        if before[f"x-{word}"] != after[f"x-{word}"]:
            yield f"its {word} changed from `{before[f'x-{word}']}` to `{after[f'x-{word}']}`"


def _shape(path: str, before: Schema, after: Schema) -> Iterator[str]:
    """Compare two schemas of the value at `path`, branch by branch where there are alternatives."""
    old, new = _branches(before), _branches(after)
    if old.keys() != new.keys():
        yield f"{_named(path)} changed its type from {_listed(old)} to {_listed(new)}"
        return
    if before.get("default", _ABSENT) != after.get("default", _ABSENT) and "default" in before:
        yield f"{_named(path)} changed what its absence means (its default)"
    for kind, one in old.items():
        yield from _values(path, one, new[kind])
        yield from _bounds(path, one, new[kind])
        yield from _fields(path, one, new[kind])
        yield from _elements(path, one, new[kind])


def _branches(schema: Schema) -> dict[str, Schema]:
    """The alternatives of a schema by their kind (`string/uuid`, `null`, `object`)."""
    alternatives = schema.get("anyOf", [schema])
    return {_kind(one): one for one in alternatives}


def _kind(schema: Schema) -> str:
    words = [str(schema[word]) for word in _KINDS if word in schema]
    return "/".join(words) or "any"


def _values(path: str, before: Schema, after: Schema) -> Iterator[str]:
    old, new = _enumeration(before), _enumeration(after)
    if new is None:
        return
    if old is None:
        yield f"{_named(path)} was narrowed to {_listed(new)}"
    elif gone := [value for value in old if value not in new]:
        yield f"{_named(path)} no longer knows {_listed(gone)}"


def _enumeration(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bounds(path: str, before: Schema, after: Schema) -> Iterator[str]:
    tighter: list[tuple[tuple[str, ...], Callable[[Any, Any], bool]]] = [
        (_FLOORS, lambda old, new: bool(new > old)),
        (_CEILINGS, lambda old, new: bool(new < old)),
        (("pattern", "multipleOf", "uniqueItems"), lambda old, new: bool(new != old)),
    ]
    for words, narrows in tighter:
        for word in words:
            if word not in after:
                continue
            if word not in before:
                yield f"{_named(path)} got a new bound ({word} {after[word]})"
            elif narrows(before[word], after[word]):
                yield f"{_named(path)} was narrowed ({word} from {before[word]} to {after[word]})"


def _fields(path: str, before: Schema, after: Schema) -> Iterator[str]:
    old, new = before.get("properties", {}), after.get("properties", {})
    old_required, new_required = set(before.get("required", [])), set(after.get("required", []))
    for field in old:
        here = f"{path}.{field}" if path else field
        if field not in new:
            yield f"{_named(here)} was removed"
            continue
        if field in old_required - new_required:
            yield f"{_named(here)} is no longer always there"
        yield from _shape(here, old[field], new[field])
    for field in sorted(new_required - old_required):
        here = f"{path}.{field}" if path else field
        how = "became required" if field in old else "is new and required"
        yield f"{_named(here)} {how}; older messages do not have it"


def _elements(path: str, before: Schema, after: Schema) -> Iterator[str]:
    for word, suffix in (("items", "[]"), ("additionalProperties", ".*"), ("propertyNames", ".<name>")):
        old, new = before.get(word), after.get(word)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _shape(f"{path}{suffix}", old, new)
        elif isinstance(new, dict) and new:
            yield f"{_named(path)} got a new bound on its {word}"


def _named(path: str) -> str:
    return f"field `{path}`" if path else "the event"


def _listed(values: Any) -> str:
    return ", ".join(f"`{value}`" for value in values)
