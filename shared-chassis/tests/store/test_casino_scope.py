"""Scopes are sets of casinos, of which there may always be one more: their algebra is that of sets."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.store.context import CasinoScope

UNIVERSE = [UUID(int=number) for number in range(1, 6)]
"""The last one stands for the casino that nobody names: it opens tomorrow."""

some = st.frozensets(st.sampled_from(UNIVERSE[:-1]))
scopes = st.builds(CasinoScope, st.none() | some, some)


def members(scope: CasinoScope) -> set[UUID]:
    """The casinos of the universe that are in scope."""
    return {casino for casino in UNIVERSE if scope.allows(casino)}


@given(scopes, scopes)
def test_scopes_combine_as_sets_do(one: CasinoScope, other: CasinoScope) -> None:
    assert members(one & other) == members(one) & members(other)
    assert members(one | other) == members(one) | members(other)
    assert members(one - other) == members(one) - members(other)
    assert (one <= other) == (members(one) <= members(other))
    assert one.empty == (not members(one))
    assert one.unlimited == (members(one) == set(UNIVERSE))
