"""What a role allows, and that it can allow nothing nobody knows."""

from typing import Any

import pytest

from chassis.testing.spec import Spec
from security.domain.role.aggregate import matching, role
from security.domain.role.commands import ChangePermissions, DefineRole
from security.domain.role.errors import PermissionUnknown, RoleExists, RoleUnknown
from security.domain.role.events import RoleDefined, RolePermissionsChanged

KNOWN = frozenset({"payments.deposit.list", "payments.withdrawal.approve", "games.game.list"})
LIST, APPROVE = "payments.deposit.list", "payments.withdrawal.approve"
DEFINED = RoleDefined(name="payments", permissions=(LIST,))


def define(*permissions: str) -> DefineRole:
    return DefineRole(name="payments", permissions=frozenset(permissions), known=KNOWN)


def change(*permissions: str) -> ChangePermissions:
    return ChangePermissions(permissions=frozenset(permissions), known=KNOWN)


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
