"""What a view holds comes back as it was put in, and opens nowhere else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.listing.saved import Saved
from chassis.http.listing.sight import Sight
from chassis.http.listing.tree import MOST_CONDITIONS, Leaf, Node, leaves, to_json
from chassis.privacy import SecretBox, SecretUnreadable
from chassis.views.content import MASK, ViewContent, Written, opened, saved, sealed, shown_to, tree_of

from .trees import trees

BOX = SecretBox(b"k" * 32)
VIEW, OTHER, AUTHOR = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = ["status", "note", "rounds", "a_1", "vip"]


def within_caps(tree: Node) -> bool:
    return sum(one.weight for one in leaves(tree)) <= MOST_CONDITIONS


@given(tree=trees.filter(within_caps), order=st.none() | st.just("rounds.desc"), q=st.none() | st.just("text"))
def test_a_tree_that_is_kept_is_the_tree_again(tree: Node, order: str | None, q: str | None) -> None:
    content = ViewContent(filter=to_json(tree), order=order, q=q, columns=[])
    written = Written(content, AUTHOR)
    assert opened(BOX, VIEW, sealed(BOX, VIEW, written)) == written
    again = saved(VIEW, 3, content)
    assert again.filters == tree_of(content)
    assert again.filters is not None
    assert to_json(again.filters) == to_json(tree)
    assert Saved.from_json(again.to_json()) == again


@given(tree=trees.filter(within_caps), clear=st.sets(st.sampled_from(NAMES)))
def test_values_of_fields_one_does_not_see_are_hidden(tree: Node, clear: set[str]) -> None:
    sight = Sight(known={}, filterable=dict.fromkeys(sorted(clear), ()), sortable={}, blind=frozenset())
    shown = tree_of(shown_to(sight, ViewContent(filter=to_json(tree)), ()))
    before, after = list(leaves(tree)), list(leaves(shown))
    assert [one.field for one in after] == [one.field for one in before]
    for old, new in zip(before, after, strict=True):
        assert new == (old if old.field in clear else Leaf(old.field, "eq", MASK))


def test_what_is_kept_opens_for_its_own_view_alone() -> None:
    text = sealed(BOX, VIEW, Written(ViewContent(q="zelda"), AUTHOR))
    assert "zelda" not in text
    with pytest.raises(SecretUnreadable):
        opened(BOX, OTHER, text)
