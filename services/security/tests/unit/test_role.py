"""What a role allows, and that it can allow nothing nobody knows."""

from typing import Any

import pytest

from chassis.testing.spec import Spec
from security.domain.role.aggregate import beyond, matching, role
from security.domain.role.commands import ChangePermissions, DefineRole
from security.domain.role.errors import PermissionUnknown, RoleExists, RoleUnknown
from security.domain.role.events import RoleDefined, RolePermissionsChanged
from security.domain.staff.errors import BeyondOwnAccess

KNOWN = frozenset({"payments.deposit.list", "payments.withdrawal.approve", "games.game.list"})
LIST, APPROVE = "payments.deposit.list", "payments.withdrawal.approve"
DEFINED = RoleDefined(name="payments", permissions=(LIST,))


EVERYTHING = frozenset({"*"})


def define(*permissions: str, held: frozenset[str] | None = EVERYTHING) -> DefineRole:
    return DefineRole(name="payments", permissions=frozenset(permissions), known=KNOWN, held=held)


def change(*permissions: str, held: frozenset[str] | None = EVERYTHING) -> ChangePermissions:
    return ChangePermissions(permissions=frozenset(permissions), known=KNOWN, held=held)


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(role)


def test_a_role_is_defined(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(define(LIST)).then(DEFINED)


def test_a_role_is_defined_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(define(LIST)).then_raises(RoleExists)


@pytest.mark.parametrize("name", ["payments.deposit.lisst", "nobody.*", "payments.deposit"])
def test_a_permission_nobody_declares_is_refused(spec: Spec[Any, Any, Any], name: str) -> None:
    refusal = spec.given().when(define(LIST, name)).then_raises(PermissionUnknown)
    assert name in refusal.detail
    assert refusal.field == "permissions"


def test_a_change_tells_from_what_to_what(spec: Spec[Any, Any, Any]) -> None:
    expected = RolePermissionsChanged(name="payments", before=(LIST,), after=(LIST, APPROVE))
    spec.given(DEFINED).when(change(LIST, APPROVE)).then(expected)


def test_the_same_permissions_are_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(change(LIST)).then_nothing()


def test_an_unknown_role_cannot_change(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(change(LIST)).then_raises(RoleUnknown)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*", KNOWN), ("payments.*", {LIST, APPROVE}), ("payments.deposit.*", {LIST}), (LIST, {LIST}), ("pay.*", set())],
)
def test_a_pattern_stands_for_whole_parts(pattern: str, expected: set[str]) -> None:
    assert matching(pattern, KNOWN) == expected


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (APPROVE, {LIST}),
        ("payments.*", KNOWN),
        ("payments.*", {"payments.deposit.*", *KNOWN}),
        ("*", {"payments.*", "games.*", *KNOWN}),
    ],
    ids=["not held", "a pattern by all it stands for today", "a pattern by a narrower one", "all by every part"],
)
def test_nobody_puts_more_into_a_role_than_they_hold(spec: Spec[Any, Any, Any], wanted: str, held: set[str]) -> None:
    refusal = spec.given(DEFINED).when(change(LIST, wanted, held=frozenset(held))).then_raises(BeyondOwnAccess)
    assert (wanted in refusal.detail, refusal.field) == (True, "permissions")
    Spec(role).given().when(define(wanted, held=frozenset(held))).then_raises(BeyondOwnAccess)


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (APPROVE, {APPROVE}),
        (APPROVE, {"payments.*"}),
        ("payments.deposit.*", {"payments.*"}),
        ("payments.*", {"payments.*"}),
        ("*", {"*"}),
    ],
)
def test_what_is_held_is_given(spec: Spec[Any, Any, Any], wanted: str, held: set[str]) -> None:
    added = RolePermissionsChanged(name="payments", before=(LIST,), after=tuple(sorted((LIST, wanted))))
    spec.given(DEFINED).when(change(LIST, wanted, held=frozenset(held))).then(added)


@pytest.mark.parametrize("less", [("payments.deposit.*",), (LIST, APPROVE), ("payments.*", "games.game.list")])
def test_whoever_takes_away_need_not_hold_what_stays(spec: Spec[Any, Any, Any], less: tuple[str, ...]) -> None:
    wide = RoleDefined(name="payments", permissions=("games.*", "payments.*"))
    changed = RolePermissionsChanged(name="payments", before=wide.permissions, after=tuple(sorted(less)))
    spec.given(wide).when(change(*less, held=frozenset())).then(changed)


def test_the_installation_defines_the_first_role(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(define("*", held=None)).then(RoleDefined(name="payments", permissions=("*",)))


def test_a_part_of_a_name_is_no_pattern() -> None:
    assert beyond(["payments.deposit.list", "payments.deposits.list"], ["payments.deposit.*", "payments"]) == [
        "payments.deposits.list"
    ]
