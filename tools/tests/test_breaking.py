"""Each way to break a promise is found and says who would suffer; what is only added passes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tools.contracts.breaking import breaks

Schema = dict[str, Any]

LABEL = "payments.withdrawal_paid.v1"


def promise() -> Schema:
    return {
        "x-topic": "payments.withdrawal.events",
        "x-key": "player_id",
        "x-consumers": ["backoffice", "reports"],
        "type": "object",
        "properties": {
            "player_id": {"type": "string", "format": "uuid"},
            "provider": {"type": "string", "maxLength": 64, "pattern": "^[a-z]+$"},
            "amount_minor": {"type": "integer", "minimum": 1, "maximum": 1000},
            "outcome": {"type": "string", "enum": ["paid", "returned"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "late": {"type": "boolean", "default": False},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
            "files": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 64}},
        },
        "required": ["player_id", "provider", "amount_minor", "outcome"],
    }


Change = Callable[[Schema], object]

BROKEN: list[tuple[str, Change, str]] = [
    ("a removed field", lambda s: s["properties"].pop("provider"), "field `provider` was removed"),
    ("a changed type", lambda s: s["properties"]["provider"].update(type="integer"), "`provider` changed its type"),
    ("a changed format", lambda s: s["properties"]["player_id"].pop("format"), "`player_id` changed its type"),
    (
        "a field that may be null now",
        lambda s: s["properties"].update(late={"anyOf": [{"type": "boolean"}, {"type": "null"}]}),
        "`late` changed its type",
    ),
    (
        "a field that may not be null now",
        lambda s: s["properties"].update(note={"type": "string"}),
        "`note` changed its type",
    ),
    (
        "a new required field",
        lambda s: (s["properties"].update(fee_minor={"type": "integer"}), s["required"].append("fee_minor")),
        "`fee_minor` is new and required",
    ),
    ("a field made required", lambda s: s["required"].append("late"), "`late` became required"),
    ("a field made optional", lambda s: s["required"].remove("outcome"), "`outcome` is no longer always there"),
    (
        "a narrowed enumeration",
        lambda s: s["properties"]["outcome"].update(enum=["paid"]),
        "`outcome` no longer knows `returned`",
    ),
    (
        "an enumeration out of nothing",
        lambda s: s["properties"]["provider"].update(enum=["trustly"]),
        "`provider` was narrowed to `trustly`",
    ),
    (
        "a lower ceiling",
        lambda s: s["properties"]["amount_minor"].update(maximum=999),
        "`amount_minor` was narrowed (maximum from 1000 to 999)",
    ),
    (
        "a higher floor",
        lambda s: s["properties"]["amount_minor"].update(minimum=2),
        "`amount_minor` was narrowed (minimum from 1 to 2)",
    ),
    (
        "a shorter text",
        lambda s: s["properties"]["provider"].update(maxLength=10),
        "`provider` was narrowed (maxLength from 64 to 10)",
    ),
    (
        "a new bound",
        lambda s: s["properties"]["player_id"].update(maxLength=36),
        "`player_id` got a new bound (maxLength 36)",
    ),
    (
        "another pattern",
        lambda s: s["properties"]["provider"].update(pattern="^[a-z]$"),
        "`provider` was narrowed (pattern",
    ),
    (
        "another meaning of absence",
        lambda s: s["properties"]["late"].update(default=True),
        "`late` changed what its absence means",
    ),
    (
        "a field removed inside a list",
        lambda s: s["properties"]["parts"]["items"]["properties"].clear(),
        "`parts[].id` was removed",
    ),
    (
        "narrowed values of a mapping",
        lambda s: s["properties"]["files"]["additionalProperties"].update(maxLength=8),
        "`files.*` was narrowed",
    ),
    ("another topic", lambda s: s.update({"x-topic": "payments.payout.events"}), "its topic changed"),
    ("another key", lambda s: s.update({"x-key": "casino_id"}), "its key changed from `player_id` to `casino_id`"),
]

KEPT: list[tuple[str, Change]] = [
    ("nothing", lambda _: None),
    ("a new optional field", lambda s: s["properties"].update(fee_minor={"type": "integer", "default": 0})),
    ("a new word in an enumeration", lambda s: s["properties"]["outcome"]["enum"].append("held")),
    ("a wider bound", lambda s: s["properties"]["amount_minor"].update(minimum=0, maximum=2000)),
    ("a bound that is gone", lambda s: s["properties"]["provider"].pop("maxLength")),
    ("another explanation", lambda s: s["properties"]["provider"].update(description="Who paid.")),
    ("another consumer", lambda s: s["x-consumers"].append("verification")),
]


@pytest.mark.parametrize(("name", "change", "words"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_a_broken_promise_names_what_changed_and_who_suffers(name: str, change: Change, words: str) -> None:
    after = copy.deepcopy(promise())
    change(after)
    found = [str(one) for one in breaks({LABEL: promise()}, {LABEL: after})]
    assert len(found) == 1, found
    assert words in found[0]
    assert found[0].startswith(LABEL)
    assert found[0].endswith("It breaks: backoffice, reports.")


@pytest.mark.parametrize(("name", "change"), KEPT, ids=[name for name, _ in KEPT])
def test_what_is_only_added_breaks_nobody(name: str, change: Change) -> None:
    after = copy.deepcopy(promise())
    change(after)
    assert breaks({LABEL: promise()}, {LABEL: after}) == []


def test_a_removed_event_breaks_its_consumers() -> None:
    (found,) = breaks({LABEL: promise()}, {})
    assert str(found) == f"{LABEL}: the event was removed. It breaks: backoffice, reports."


def test_a_new_event_breaks_nobody() -> None:
    assert breaks({}, {LABEL: promise()}) == []
