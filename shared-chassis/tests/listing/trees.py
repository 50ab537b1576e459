"""Trees of any shape within the caps, for property tests."""

from typing import Any

from hypothesis import strategies as st

from chassis.http.listing.tree import DEEPEST, Group, Leaf, Node, negated

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
awkward = st.sampled_from(["", " ", 'a"b', "a,b", "(x)", "{y}", "\\", "a.b", "*", "%_", "null", " a ", "é", "now"])
names = st.sampled_from(["status", "note", "rounds", "a_1", "vip"])
scalars = texts | awkward


@st.composite
def leaf(draw: st.DrawFn) -> Leaf:
    name = draw(names)
    kind = draw(st.sampled_from(["scalar", "in", "array", "every"]))
    if kind == "scalar":
        return Leaf(name, draw(st.sampled_from(["eq", "neq", "gt", "like", "is", "wfts"])), draw(scalars))
    values = tuple(draw(st.lists(scalars, max_size=3)))
    if kind == "in":
        return Leaf(name, "in", values)
    if kind == "array":
        return Leaf(name, draw(st.sampled_from(["cs", "cd", "ov"])), values)
    return Leaf(name, draw(st.sampled_from(["eq", "like"])), values, draw(st.sampled_from(["any", "all"])))


def grown(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Trees over these leaves, at most as deep and as wide as the caps allow."""
    level: st.SearchStrategy[Any] = leaves
    for _ in range(DEEPEST - 1):
        members = st.lists(level | leaves, min_size=1, max_size=2).map(tuple)
        groups = st.builds(Group, st.sampled_from(["and", "or"]), members)
        level = groups | leaves | groups.map(negated) | leaves.map(negated)
    return level


trees: st.SearchStrategy[Node] = grown(leaf())
