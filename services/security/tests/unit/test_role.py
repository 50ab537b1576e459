"""What a role allows and denies, and that it can allow nothing nobody knows and nobody gives more than he holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from chassis.testing.spec import Spec
from security.domain.grants import Declared, Grant, Line, lines
from security.domain.role.aggregate import role
from security.domain.role.commands import DefineRole, DraftVersion, PublishVersion, RetireRole
from security.domain.role.errors import (
    GrantInvalid,
    NothingDrafted,
    PermissionUnknown,
    RoleExists,
    RoleInUse,
    RoleIsRetired,
    RoleUnknown,
)
from security.domain.role.events import (
    UPCASTERS,
    RoleDefined,
    RoleDrafted,
    RolePermissionsChanged,
    RoleRetired,
    RoleVersionPublished,
)
from security.domain.staff.errors import BeyondOwnAccess

LIST, APPROVE, SET, GAMES = (
    "payments.deposit.list",
    "payments.withdrawal.approve",
    "payments.policy.set",
    "games.game.list",
)
KNOWN = {
    LIST: Declared(risk="low"),
    APPROVE: Declared(risk="high", amounts=True),
    SET: Declared(risk="critical"),
    GAMES: Declared(risk="low"),
    "payments.old.list": Declared(risk="low", removed=True),
}
EVERYTHING = (
    *lines([Grant(pattern="*", auto_extend=True, modes={"financial": "clear"})]),
    *lines([Grant(pattern=SET, modes={"financial": "clear"})]),
)
JUST_LIST = Grant(pattern=LIST)
DEFINED = RoleDefined(name="payments", grants=(JUST_LIST,), owner="finance")

Own = Sequence[Line] | None


def define(*grants: Grant, own: Own = EVERYTHING) -> DefineRole:
    return DefineRole(name="payments", grants=grants, catalogue=KNOWN, own=own, owner="finance")


def publish(*grants: Grant, own: Own = EVERYTHING, **said: Any) -> PublishVersion:
    return PublishVersion(grants=grants or None, catalogue=KNOWN, own=own, **said)


def published(version: int, before: tuple[Grant, ...], *grants: Grant) -> RoleVersionPublished:
    return RoleVersionPublished(name="payments", version=version, before=before, grants=grants, owner="finance")


def own(*grants: Grant) -> list[Line]:
    return lines(grants)


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(role)


def test_a_role_is_defined(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(define(JUST_LIST)).then(DEFINED)


def test_a_role_is_defined_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(define(JUST_LIST)).then_raises(RoleExists)


@pytest.mark.parametrize("name", ["payments.deposit.lisst", "nobody.*", "payments.deposit", "payments.old.list"])
def test_a_permission_nobody_declares_is_refused(spec: Spec[Any, Any, Any], name: str) -> None:
    refusal = spec.given().when(define(JUST_LIST, Grant(pattern=name))).then_raises(PermissionUnknown)
    assert (name in refusal.detail, refusal.field) == (True, "permissions")


def test_a_pattern_is_published_with_what_it_stands_for_and_that_is_nothing_critical(
    spec: Spec[Any, Any, Any],
) -> None:
    stands_for = Grant(pattern="payments.*", permissions=(LIST, APPROVE))
    spec.given().when(define(Grant(pattern="payments.*"))).then(
        RoleDefined(name="payments", grants=(stands_for,), owner="finance")
    )


@pytest.mark.parametrize(
    "nonsense", [{"modes": {"rg": "none"}}, {"ceilings": {"EUR": 1}}, {"auto_extend": True}], ids=str
)
def test_a_denial_says_no_more_than_that(spec: Spec[Any, Any, Any], nonsense: dict[str, Any]) -> None:
    denial = Grant(pattern=LIST, effect="deny", **nonsense)
    spec.given().when(define(denial)).then_raises(GrantInvalid)


def test_a_new_version_leaves_the_old_one_as_it_was(spec: Spec[Any, Any, Any]) -> None:
    second = published(2, (JUST_LIST,), JUST_LIST, Grant(pattern=APPROVE))
    spec.given(DEFINED).when(publish(JUST_LIST, Grant(pattern=APPROVE))).then(second)
    state = role.fold([DEFINED, second])
    assert [one.grants for one in state.versions] == [(JUST_LIST,), second.grants]  # type: ignore[union-attr]


def test_what_is_not_said_of_a_version_stays(spec: Spec[Any, Any, Any]) -> None:
    review = date(2027, 1, 1)
    event = RoleVersionPublished(
        name="payments", version=2, before=(JUST_LIST,), grants=(JUST_LIST,), owner="finance", review_by=review
    )
    spec.given(DEFINED).when(publish(JUST_LIST, review_by=review)).then(event)


def test_the_same_version_again_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(publish(JUST_LIST)).then_nothing()


def test_a_draft_holds_only_when_it_is_published(spec: Spec[Any, Any, Any]) -> None:
    drafted = RoleDrafted(grants=(Grant(pattern=GAMES),))
    spec.given(DEFINED).when(DraftVersion(grants=drafted.grants, catalogue=KNOWN)).then(drafted)
    state = role.fold([DEFINED, drafted])
    assert state.current.grants == (JUST_LIST,)  # type: ignore[union-attr]
    spec.given(DEFINED, drafted).when(publish()).then(published(2, (JUST_LIST,), Grant(pattern=GAMES)))


def test_without_a_draft_there_is_nothing_to_publish(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(publish()).then_raises(NothingDrafted)


def test_a_role_that_somebody_holds_is_not_retired(spec: Spec[Any, Any, Any]) -> None:
    spec.given(DEFINED).when(RetireRole(held=True)).then_raises(RoleInUse)
    spec.given(DEFINED).when(RetireRole(held=False)).then(RoleRetired(name="payments"))


def test_a_retired_role_changes_no_more(spec: Spec[Any, Any, Any]) -> None:
    retired = (DEFINED, RoleRetired(name="payments"))
    spec.given(*retired).when(publish(Grant(pattern=GAMES))).then_raises(RoleIsRetired)
    spec.given(*retired).when(RetireRole(held=False)).then_nothing()


@pytest.mark.parametrize("command", [publish(JUST_LIST), RetireRole(held=False)], ids=lambda one: type(one).__name__)
def test_an_unknown_role_cannot_change(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.given().when(command).then_raises(RoleUnknown)


WANTED_AND_HELD = [
    ("not held", Grant(pattern=APPROVE), own(JUST_LIST)),
    ("held at one casino", Grant(pattern=APPROVE), own(Grant(pattern=APPROVE, casinos=("malta",)))),
    ("extends by itself", Grant(pattern="payments.*", auto_extend=True), own(JUST_LIST, Grant(pattern=APPROVE))),
    ("any amount", Grant(pattern=APPROVE), own(Grant(pattern=APPROVE, ceilings={"EUR": 100}))),
    ("more", Grant(pattern=APPROVE, ceilings={"EUR": 101}), own(Grant(pattern=APPROVE, ceilings={"EUR": 100}))),
    (
        "in another currency",
        Grant(pattern=APPROVE, ceilings={"SEK": 1}),
        own(Grant(pattern=APPROVE, ceilings={"EUR": 9})),
    ),
    ("in clear", Grant(pattern=LIST, modes={"rg": "clear"}), own(Grant(pattern=LIST, modes={"rg": "mask"}))),
    ("denied to the giver", JUST_LIST, own(JUST_LIST, Grant(pattern="payments.*", effect="deny"))),
    ("critical, by a pattern", Grant(pattern=SET), own(Grant(pattern="*", auto_extend=True))),
]


@pytest.mark.parametrize(
    ("wanted", "held"), [one[1:] for one in WANTED_AND_HELD], ids=[one[0] for one in WANTED_AND_HELD]
)
def test_nobody_puts_more_into_a_role_than_they_hold(
    spec: Spec[Any, Any, Any], wanted: Grant, held: list[Line]
) -> None:
    refusal = spec.given().when(define(wanted, own=held)).then_raises(BeyondOwnAccess)
    assert (wanted.pattern in refusal.detail, refusal.field) == (True, "permissions")
    other = RoleDefined(name="payments", grants=(Grant(pattern=GAMES),))
    spec.given(other).when(publish(Grant(pattern=GAMES), wanted, own=held)).then_raises(BeyondOwnAccess)


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (Grant(pattern="payments.*"), own(JUST_LIST, Grant(pattern=APPROVE))),
        (Grant(pattern="payments.deposit.*", auto_extend=True), own(Grant(pattern="payments.*", auto_extend=True))),
        (Grant(pattern=APPROVE, ceilings={"EUR": 5}), own(Grant(pattern=APPROVE, ceilings={"EUR": 5, "SEK": 1}))),
        (Grant(pattern=LIST, modes={"rg": "mask"}), own(JUST_LIST, Grant(pattern=LIST, modes={"rg": "clear"}))),
        (Grant(pattern=LIST, casinos=("malta",)), own(Grant(pattern=LIST, casinos=("malta", "gozo")))),
        (Grant(pattern=SET, effect="deny"), own()),
    ],
    ids=["all of a pattern", "a narrower pattern", "as much", "as clear", "there", "a denial"],
)
def test_what_is_held_is_given(spec: Spec[Any, Any, Any], wanted: Grant, held: list[Line]) -> None:
    state = role.fold(role.decide(define(wanted, own=held), role.initial))
    assert state.name == "payments"  # type: ignore[union-attr]


def test_whoever_takes_away_need_not_hold_what_stays(spec: Spec[Any, Any, Any]) -> None:
    wide = RoleDefined(name="payments", grants=(JUST_LIST, Grant(pattern=APPROVE)), owner="finance")
    spec.given(wide).when(publish(Grant(pattern=APPROVE), own=())).then(
        published(2, wide.grants, Grant(pattern=APPROVE))
    )


def test_a_denial_is_taken_off_by_whoever_holds_what_it_denied(spec: Spec[Any, Any, Any]) -> None:
    """Another role of the holder may allow it, so taking the denial off gives it."""
    denial = Grant(pattern=APPROVE, effect="deny")
    guarded = RoleDefined(name="payments", grants=(JUST_LIST, denial), owner="finance")
    spec.given(guarded).when(publish(JUST_LIST, own=own(JUST_LIST))).then_raises(BeyondOwnAccess)
    spec.given(guarded).when(publish(JUST_LIST, own=own(Grant(pattern=APPROVE)))).then(
        published(2, guarded.grants, JUST_LIST)
    )


def test_the_installation_defines_the_first_role(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(define(Grant(pattern=SET), own=None)).then(
        RoleDefined(name="payments", grants=(Grant(pattern=SET),), owner="finance")
    )


def test_roles_of_before_there_were_lines_are_read() -> None:
    lifted = UPCASTERS[("security.role_defined", 1)]({"name": "cashier", "permissions": ["payments.*", LIST]})
    assert [(one["pattern"], one["auto_extend"]) for one in lifted["grants"]] == [("payments.*", True), (LIST, False)]
    changed = RolePermissionsChanged(name="payments", before=(LIST,), after=(LIST, APPROVE))
    state = role.fold([DEFINED, changed])
    assert (state.current.number, [one.pattern for one in state.current.grants]) == (2, [LIST, APPROVE])  # type: ignore[union-attr]
