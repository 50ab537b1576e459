"""What a list tells about itself: to a caller's user interface, to OpenAPI, to the page of all lists."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chassis.auth.caller import Caller
from chassis.http.listing.errors import choice
from chassis.http.listing.fields import QUANTIFIED, Field, label_of
from chassis.http.listing.masking import mode_of
from chassis.http.listing.query import DEFAULT_LIMIT, LONGEST_SEARCH, MOST_OFFSET, MOST_ROWS
from chassis.http.listing.sight import Sight, sight_of
from chassis.http.listing.tree import DEEPEST, LONGEST_IN_LIST, MOST_CONDITIONS

if TYPE_CHECKING:
    from chassis.http.listing.spec import ListSpec


def meta(spec: "ListSpec", caller: Caller) -> dict[str, Any]:
    """Everything a generated list page needs; fields that do not exist for the caller are not in it."""
    sight = sight_of(caller, spec.fields)
    return {
        "list": spec.name,
        "fields": [_field(name, field, sight, caller) for name, field in sight.known.items()],
        "default_order": spec.default_order,
        "id": spec.id_name,
        "like_minimum": spec.like_minimum,
        "search": [name for name in spec.search if name in sight.filterable],
        "requires": requirement(spec, sight.filterable),
        "caps": {
            "conditions": MOST_CONDITIONS,
            "depth": DEEPEST,
            "in_list": LONGEST_IN_LIST,
            "limit": MOST_ROWS,
            "default_limit": DEFAULT_LIMIT,
            "offset": MOST_OFFSET,
            "q": LONGEST_SEARCH,
        },
    }


def requirement(spec: "ListSpec", filterable: Iterable[str]) -> dict[str, Any] | None:
    """What a huge list must be narrowed by, in one of the two ways, and the range to begin with."""
    if spec.time_field is None:
        return None
    equality = sorted(spec.indexed.intersection(filterable))
    return {"range_of": spec.time_field, "default_range": spec.default_range, "or_equality_on": equality}


def _field(name: str, field: Field, sight: Sight, caller: Caller) -> dict[str, Any]:
    ops = sight.filterable.get(name, ("eq",) if name in sight.blind else ())
    return {
        "name": name,
        "label": label_of(name, field),
        "type": field.type,
        "values": list(field.words) or None,
        "ops": list(ops),
        "any_all": [op for op in ops if op in QUANTIFIED and name in sight.filterable],
        "sortable": name in sight.sortable,
        "data_class": field.data_class,
        "mode": mode_of(caller, field),
        "collation": field.collation,
        "currency": field.currency,
        "body_only": name in sight.blind and name not in sight.filterable,
    }


def parameters(spec: "ListSpec") -> list[dict[str, Any]]:
    """The query parameters of the list for OpenAPI, from its declaration alone."""
    filters = [
        _query(name, f"Filter ({kind_of(field)}): `operator.value`, {', '.join(field.operators)}; `not.` before it.")
        for name, field in spec.fields.items()
        if field.operators
    ]
    sortable = ", ".join(name for name, field in spec.fields.items() if field.sortable and not field.hidden)
    words = {
        "or": "`(field.op.value,and(..),..)`: any of them. Likewise `and`, `not.or`, `not.and`.",
        "select": "The columns wanted, comma-separated; all unless given.",
        "order": f"By {sortable}: `field.asc` or `field.desc`, then `.nullsfirst` or `.nullslast`, comma-separated.",
        "limit": f"Rows per page, {DEFAULT_LIMIT} unless given, {MOST_ROWS} at most.",
        "offset": f"Rows to skip, {MOST_OFFSET} at most; `after` has no such bound.",
        "after": "A cursor, as `Link` with rel=next gives it.",
        "before": "A cursor, as `Link` with rel=prev gives it.",
        "view": "A saved view of the list: its filter is ANDed, its order and columns hold unless others are given.",
    }
    if spec.search:
        words["q"] = f"Search in {', '.join(spec.search)}, at most {LONGEST_SEARCH} characters."
    return [*filters, *(_query(name, text) for name, text in words.items()), *_HEADERS]


def kind_of(field: Field) -> str:
    """Its type, and the words there are where these are all.

    >>> kind_of(Field(None, values=("open", "shut")))
    'text: open or shut'
    """
    return f"{field.type}: {choice(field.words)}" if field.words else field.type


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": description}


_HEADERS = [
    {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "`count=none|estimated|planned|exact`, `handling=strict`, `timezone=Area/City`.",
    }
]
