"""The grammar by itself: what is written is read again, and nothing but a refusal comes of anything else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.listing.grammar import Budget, _parameter, read_filters, write_filters
from chassis.http.listing.tree import Group, Leaf, Node, Not, from_json, leaves, to_json
from chassis.http.problems import RequestProblem

from .trees import trees


def within_caps(tree: Node) -> bool:
    return sum(one.weight for one in leaves(tree)) <= 50


@given(tree=trees.filter(within_caps))
def test_a_tree_written_as_an_address_is_read_as_the_same_tree(tree: Node) -> None:
    assert read_filters(write_filters(tree)) == tree


@given(tree=trees.filter(within_caps))
def test_a_tree_written_as_json_is_read_as_the_same_tree(tree: Node) -> None:
    read = from_json(to_json(tree))
    assert to_json(read) == to_json(tree)


anything = st.text(max_size=60) | st.lists(
    st.sampled_from(["or", "and", "not.", "(", ")", "{", "}", ",", ".", '"', "\\", "eq", "in", "a", "(any)", " ", "["]),
    max_size=40,
).map("".join)


def outcome(read: Callable[[Any], Node | None], given: Any) -> Node | RequestProblem | None:
    """What comes of it: a tree, or the refusal."""
    try:
        return read(given)
    except RequestProblem as refusal:
        return refusal


def is_refusal(found: RequestProblem) -> bool:
    return found.status_code == 400 and found.code.startswith("LST1") and bool(found.hint)


@given(parameters=st.lists(st.tuples(st.sampled_from(["or", "and", "not.or", "a", "a[0]"]) | anything, anything)))
def test_any_text_is_a_tree_or_a_refusal(parameters: list[tuple[str, str]]) -> None:
    found = outcome(read_filters, parameters)
    assert is_refusal(found) if isinstance(found, RequestProblem) else found is None or within_caps(found)


@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["and", "or", "not", "f", "op", "v", "x"]), inner, max_size=3)
        ),
    )
)
def test_any_body_is_a_tree_or_a_refusal(document: Any) -> None:
    found = outcome(from_json, document)
    assert is_refusal(found) if isinstance(found, RequestProblem) else found is None or within_caps(found)


WORST = {
    "quotes": "(" + ",".join(['a.eq."\\""'] * 50) + ")",
    "one long quote": '(a.eq."' + "\\\\" * 3000 + '")',
    "an endless quote": '(a.eq."' + "x" * 6000,
    "blanks": "(" + " " * 3000 + "a.eq.1" + " " * 3000 + ")",
    "brackets": "(" * 8000,
    "nested": "(or" * 5 + "(a.eq.1)" + ")" * 5,
    "commas": "(a.in.(" + ",".join("1" * 1000) + "))",
}


@pytest.mark.parametrize("name", WORST)
def test_reading_takes_as_many_steps_as_there_are_characters(name: str) -> None:
    budget = Budget()
    outcome(lambda text: _parameter("or", text, budget), WORST[name])
    assert budget.steps <= 6 * len(WORST[name]) + 20


SENT: dict[str, tuple[list[tuple[str, str]], Any]] = {
    "postgrest-py": (
        [
            ("status", "eq.active"),
            ("or", "(vip.is.true,and(balance.gte.100,country.in.(MT,DE)))"),
            ("email", "not.is.null"),
        ],
        Group(
            "and",
            (
                Leaf("status", "eq", "active"),
                Group(
                    "or",
                    (
                        Leaf("vip", "is", "true"),
                        Group("and", (Leaf("balance", "gte", "100"), Leaf("country", "in", ("MT", "DE")))),
                    ),
                ),
                Not(Leaf("email", "is", "null")),
            ),
        ),
    ),
    "postgrest-py quotes": ([("name", 'in.("a,b","c\\"d","e(f)")')], Leaf("name", "in", ("a,b", 'c"d', "e(f)"))),
    "postgrest-js quotes": ([("name", 'in.("a,b",c"d,e)')], Leaf("name", "in", ("a,b", 'c"d', "e"))),
    "ra-data-postgrest two filters on one field": (
        [("balance[0]", "gte.100"), ("balance[1]", "lt.500")],
        Group("and", (Leaf("balance", "gte", "100"), Leaf("balance", "lt", "500"))),
    ),
    "ra-data-postgrest three": (
        [("b[0][0]", "gte.1"), ("b[0][1]", "lt.5"), ("b[1]", "neq.3")],
        Group("and", (Leaf("b", "gte", "1"), Leaf("b", "lt", "5"), Leaf("b", "neq", "3"))),
    ),
    "ra-data-postgrest nested": (
        [("or", "(vip.eq.true,and.(a.eq.1,b.eq.2))")],
        Group("or", (Leaf("vip", "eq", "true"), Group("and", (Leaf("a", "eq", "1"), Leaf("b", "eq", "2"))))),
    ),
    "raw scalar": ([("name", 'eq."x"')], Leaf("name", "eq", '"x"')),
    "raw comma": ([("name", "eq.a,b")], Leaf("name", "eq", "a,b")),
    "blanks in groups": (
        [("or", "( a.eq.1 , b.eq.x y )")],
        Group("or", (Leaf("a", "eq", "1"), Leaf("b", "eq", "x y"))),
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_what_clients_send_is_understood(name: str) -> None:
    parameters, expected = SENT[name]
    assert read_filters(parameters) == expected


@pytest.mark.parametrize("sent", ["(vip.eq.true,)", "()", "(,a.eq.1)", "(a.eq.1,,b.eq.2)", "(and())", "( )"])
def test_an_empty_member_is_refused_since_it_would_widen_the_filter(sent: str) -> None:
    with pytest.raises(RequestProblem, match="empty"):
        read_filters([("or", sent)])


def test_a_value_postgrest_js_does_not_escape_is_refused_rather_than_misread() -> None:
    with pytest.raises(RequestProblem, match="inside them write"):
        read_filters([("name", 'in.("c"d,e")')])


@pytest.mark.parametrize(
    "body",
    [
        {"op": "eq", "f": "a"},
        {"f": "a", "op": "eq", "v": 1.5},
        {"f": "a", "op": "eq", "v": None},
        {"f": "a", "op": "in", "v": "x"},
        {"f": "a", "op": "eq", "v": ["x"]},
        {"f": ["a"], "op": "eq", "v": "x"},
        {"f": "a", "op": "eq", "v": 2**63},
        {},
        {"and": [{}]},
        {"not": {}},
        {"and": []},
        {"and": [], "or": []},
        {"xor": [{"f": "a", "op": "eq", "v": "1"}]},
        {"not": []},
        [],
        None,
        {"and": [{"f": "a", "op": "eq", "v": "1"}] * 51},
        {"f": "a", "op": "in", "v": ["1"] * 1001},
    ],
    ids=str,
)
def test_a_body_that_is_no_tree_is_refused(body: Any) -> None:
    found = outcome(from_json, body)
    assert isinstance(found, RequestProblem)
    assert is_refusal(found)
