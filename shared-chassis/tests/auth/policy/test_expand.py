"""What the patterns of roles reach."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.expand import expand, is_pattern, matches

CATALOGUE = {
    spec.id: spec
    for spec in (
        PermissionSpec("payments.withdrawal.view", "See", since="2026-01-01"),
        PermissionSpec("payments.withdrawal.approve", "Approve", "critical", since="2026-01-01"),
        PermissionSpec("payments.deposit.view", "See", since="2026-06-01"),
        PermissionSpec("games.round.view", "See", since=""),
    )
}
REVIEWED = date(2026, 3, 1)


def test_a_wildcard_reaches_what_was_there_when_the_role_was_reviewed() -> None:
    found = expand(["payments.*"], CATALOGUE, reviewed_on=REVIEWED)

    assert found.permissions == {"payments.withdrawal.view"}
    assert found.exact == frozenset()


def test_a_role_that_extends_by_itself_reaches_what_came_later_but_nothing_critical() -> None:
    found = expand(["*"], CATALOGUE, reviewed_on=REVIEWED, auto_extend=True)

    assert found.permissions == CATALOGUE.keys() - {"payments.withdrawal.approve"}


def test_a_role_nobody_reviewed_has_no_wildcards() -> None:
    assert expand(["*"], CATALOGUE).permissions == frozenset()


def test_a_critical_permission_is_named_in_full() -> None:
    found = expand(["payments.withdrawal.approve"], CATALOGUE)

    assert found.permissions == found.exact == {"payments.withdrawal.approve"}


def test_a_deny_reaches_everything_it_matches() -> None:
    assert expand(["payments.*"], CATALOGUE, effect="deny").permissions == CATALOGUE.keys() - {"games.round.view"}


def test_what_nobody_declares_is_told() -> None:
    assert expand(["payments.nothing.here", "*"], CATALOGUE).unknown == {"payments.nothing.here"}


@given(st.text(max_size=40), st.sampled_from(list(CATALOGUE)))
def test_what_is_no_pattern_matches_nothing(text: str, permission: str) -> None:
    assert is_pattern(text) or not matches(text, permission)
