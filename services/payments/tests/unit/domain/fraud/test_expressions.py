"""Conditions: what they hold for, what they refuse to be, and that what is unknown never holds."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.fraud.errors import RuleInvalid
from payments.domain.fraud.expressions import DEEPEST, LARGEST, asked_for, evaluate, parse

AMOUNT = {"feature": "amount_minor"}
FAILURES = {"feature": "failures", "of": "ip", "in": "1h"}
RECENT = {"feature": "recent_deposits_minor"}
NEW = {"feature": "new_payout"}


def holds(tree: Any, **values: Any) -> Any:
    return evaluate(parse(tree), {name.replace("__", ":"): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("tree", "values", "expected"),
    [
        ({"gte": [AMOUNT, 100]}, {"amount_minor": 100}, True),
        ({"gt": [AMOUNT, 100]}, {"amount_minor": 100}, False),
        ({"lt": [AMOUNT, 100]}, {"amount_minor": 99}, True),
        ({"lte": [AMOUNT, 100]}, {"amount_minor": 101}, False),
        ({"eq": [{"feature": "currency"}, "EUR"]}, {"currency": "EUR"}, True),
        ({"in": [{"feature": "currency"}, ["EUR", "SEK"]]}, {"currency": "USD"}, False),
        ({"in": [AMOUNT, [100, 200]]}, {"amount_minor": 200}, True),
        ({"not": [NEW]}, {"new_payout": False}, True),
        ({"gte": [{"ratio": [AMOUNT, 3]}, {"ratio": [1, 3]}]}, {"amount_minor": 1}, True),
        ({"gt": [{"add": [AMOUNT, 1, 2]}, 4]}, {"amount_minor": 2}, True),
        ({"gt": [{"sub": [AMOUNT, 1]}, 1]}, {"amount_minor": 2}, False),
        ({"eq": [{"mul": [AMOUNT, 2, 3]}, 12]}, {"amount_minor": 2}, True),
        ({"gte": [{"count_between": [RECENT, 160, 200]}, 2]}, {"recent_deposits_minor": (160, 199, 200)}, True),
        ({"eq": [{"sum_between": [RECENT, 160, 200]}, 359]}, {"recent_deposits_minor": (160, 199, 200)}, True),
        ({"eq": [{"count_multiples": [RECENT, 500]}, 2]}, {"recent_deposits_minor": (500, 750, 0, 1500)}, True),
        ({"known": [AMOUNT]}, {}, False),
        ({"known": [AMOUNT]}, {"amount_minor": 0}, True),
    ],
)
def test_a_condition_holds_for_what_it_says(tree: Any, values: dict[str, Any], expected: bool) -> None:
    assert holds(tree, **values) is expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"gte": [AMOUNT, 0]}, None),
        ({"not": [{"gte": [AMOUNT, 0]}]}, None),
        ({"and": [{"gte": [AMOUNT, 0]}, True]}, None),
        ({"and": [{"gte": [AMOUNT, 0]}, False]}, False),
        ({"or": [{"gte": [AMOUNT, 0]}, True]}, True),
        ({"or": [{"gte": [AMOUNT, 0]}, False]}, None),
        ({"gt": [{"ratio": [1, 0]}, 0]}, None),
        ({"gt": [{"count_multiples": [RECENT, 0]}, 0]}, None),
    ],
)
def test_what_is_unknown_stays_unknown_unless_it_does_not_matter(tree: Any, expected: bool | None) -> None:
    assert holds(tree) is expected


def test_a_counter_is_zero_where_there_was_something_to_count_for() -> None:
    assert holds({"lt": [FAILURES, 1]}, known__ip=True) is True
    assert holds({"lt": [FAILURES, 1]}) is None
    assert holds({"gte": [FAILURES, 3]}, known__ip=True, failures__ip__1h=3) is True


def test_the_features_of_a_condition_are_named() -> None:
    assert asked_for(parse({"and": [{"gte": [FAILURES, 3]}, NEW]})) == {"failures:ip:1h", "new_payout"}


def test_a_share_is_exact() -> None:
    assert evaluate(parse({"eq": [{"ratio": [1, 3]}, {"ratio": [2, 6]}]}), {}) is True
    assert isinstance(evaluate(parse({"known": [{"ratio": [1, 3]}]}), {}), bool)
    assert Fraction(1, 3) * 3 == 1


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        (None, "when"),
        (1.5, "when"),
        (5, "when"),
        ({}, "when"),
        ([True], "when"),
        ({"sum": [1]}, "when"),
        ({"and": [], "or": []}, "when"),
        ({"and": []}, "when.and"),
        ({"gte": [AMOUNT]}, "when.gte"),
        ({"gte": [AMOUNT, 1, 2]}, "when.gte"),
        ({"gte": [AMOUNT, "1"]}, "when.gte[1]"),
        ({"gte": [NEW, 1]}, "when.gte[0]"),
        ({"eq": [AMOUNT, "EUR"]}, "when.eq[1]"),
        ({"in": [AMOUNT, []]}, "when.in[1]"),
        ({"in": [AMOUNT, [1, "a"]]}, "when.in[1]"),
        ({"in": [AMOUNT, ["a"]]}, "when.in[1]"),
        ({"in": [AMOUNT, [True]]}, "when.in[1]"),
        ({"gte": [AMOUNT, 2**63]}, "when.gte[1]"),
        ({"eq": [{"feature": "currency"}, "x" * 201]}, "when.eq[1]"),
        ({"feature": "wealth"}, "when.feature"),
        ({"feature": ["amount_minor"]}, "when.feature"),
        ({"feature": "blocked"}, "when.of"),
        ({"feature": "blocked", "of": "moon"}, "when.of"),
        ({"feature": "new_payout", "of": "player"}, "when.of"),
        ({"gte": [{"feature": "failures", "of": "ip"}, 1]}, "when.gte[0].in"),
        ({"gte": [{"feature": "failures", "of": "ip", "in": "2h"}, 1]}, "when.gte[0].in"),
        ({"gte": [{"feature": "failures", "of": ["ip"], "in": "1h"}, 1]}, "when.gte[0].of"),
        ({"feature": "new_payout", "extra": 1}, "when"),
        (AMOUNT, "when"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(tree: Any, where: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        parse(tree)
    assert refused.value.field == where


def test_the_number_of_arguments_is_told_with_the_operator_and_what_was_given() -> None:
    with pytest.raises(RuleInvalid, match=r"`gte` takes 2 argument\(s\): 3 given"):
        parse({"gte": [AMOUNT, 1, 2]})
    with pytest.raises(RuleInvalid, match="`and` takes one argument or more: 0 given"):
        parse({"and": []})


def nested(depth: int) -> Any:
    tree: Any = True
    for _ in range(depth - 1):
        tree = {"not": [tree]}
    return tree


def test_a_tree_is_bounded_in_depth_and_size() -> None:
    parse(nested(DEEPEST))
    parse({"and": [True] * (LARGEST - 1)})
    for tree in (nested(DEEPEST + 1), {"and": [True] * LARGEST}, nested(2_000)):
        with pytest.raises(RuleInvalid):
            parse(tree)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([AMOUNT, FAILURES, NEW, RECENT]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["and", "or", "not", "gte", "add", "ratio", "in", "eq", "known"]), inner)
    ),
    max_leaves=8,
)
VALUES = st.dictionaries(
    st.sampled_from(["amount_minor", "failures:ip:1h", "known:ip"]), st.integers(0, 9) | st.booleans()
)


@given(JSON, VALUES)
def test_whatever_json_comes_it_is_refused_or_gives_a_truth_or_nothing(tree: Any, values: dict[str, Any]) -> None:
    try:
        node = parse(json.loads(json.dumps(tree)))
    except RuleInvalid:
        return
    assert evaluate(node, values) in (True, False, None)
