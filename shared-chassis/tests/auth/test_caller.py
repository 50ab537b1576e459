"""What a caller may see and do."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import Caller, Grant, PermissionSpec, manifest
from chassis.domain import FixedClock, NotFound
from chassis.store.context import CasinoScope

A, B, C = (UUID(int=n) for n in (1, 2, 3))
READ, WRITE = "payments.deposit.list", "payments.withdrawal.approve"


def staff(*grants: tuple[list[str], list[str]]) -> Caller:
    made = [Grant.from_claim({"casinos": casinos, "permissions": permissions}) for casinos, permissions in grants]
    return Caller(kind="staff", id=uuid4(), grants=tuple(made))


def test_a_permission_holds_where_it_was_granted() -> None:
    caller = staff(([str(A)], [READ]), ([str(B)], [READ, WRITE]))
    assert caller.may(READ)
    assert caller.may(READ, A)
    assert caller.may(WRITE, B)
    assert not caller.may(WRITE, A)
    assert not caller.may(READ, C)
    assert caller.scope(READ).ids == frozenset({A, B})
    assert caller.scope(WRITE).ids == frozenset({B})
    assert caller.scope("payments.ledger.view").ids == frozenset()


def test_a_star_means_every_casino() -> None:
    caller = staff((["*"], [READ]), ([str(A)], [WRITE]))
    assert caller.scope(READ).unlimited
    assert caller.may(READ, C)
    assert caller.scope(WRITE).ids == frozenset({A})


def test_a_star_of_one_permission_does_not_widen_another() -> None:
    caller = staff((["*"], [READ]), ([str(A)], [WRITE])).let_in_by(WRITE)
    assert caller.scope().ids == frozenset({A})
    with pytest.raises(NotFound):
        caller.must_see(B)
    caller.must_see(A)


def test_a_player_sees_their_own_casino_and_themselves() -> None:
    player = Caller(kind="player", id=uuid4(), casino_id=A)
    assert player.scope().ids == frozenset({A})
    assert player.scope(READ).ids == frozenset({A})
    assert not player.may(READ)
    player.must_be(player.id)
    with pytest.raises(NotFound):
        player.must_be(uuid4())
    with pytest.raises(NotFound):
        player.must_see(B)


def test_a_player_without_a_casino_sees_nothing() -> None:
    assert Caller(kind="player", id=uuid4()).scope().ids == frozenset()


def test_a_service_sees_everything_and_has_a_stable_id() -> None:
    assert Caller.service("games").scope().unlimited
    assert Caller.service("games").id == Caller.service("games").id != Caller.service("payments").id


@pytest.mark.parametrize(
    "claim",
    [
        {},
        {"casinos": ["*"]},
        {"casinos": "*", "permissions": [READ]},
        {"casinos": ["all"], "permissions": [READ]},
        {"casinos": [1], "permissions": [READ]},
        {"casinos": ["*"], "permissions": READ},
    ],
)
def test_a_malformed_grant_grants_nothing(claim: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Grant.from_claim(claim)


casinos = st.sampled_from([str(A), str(B), str(C), "*"])
grant = st.tuples(st.lists(casinos, max_size=3), st.lists(st.sampled_from([READ, WRITE]), max_size=2))


@given(st.lists(grant, max_size=4), st.sampled_from([READ, WRITE]), st.sampled_from([A, B, C]))
def test_scope_and_may_always_agree(grants: list[tuple[list[str], list[str]]], permission: str, casino: UUID) -> None:
    caller = staff(*grants)
    assert caller.scope(permission).allows(casino) == caller.may(permission, casino)


@given(st.lists(grant, max_size=4), grant, st.sampled_from([A, B, C]))
def test_a_further_grant_never_takes_anything_away(
    grants: list[tuple[list[str], list[str]]], more: tuple[list[str], list[str]], casino: UUID
) -> None:
    if staff(*grants).may(READ, casino):
        assert staff(*grants, more).may(READ, casino)


def test_the_context_says_who_when_and_where() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    person = Caller(kind="staff", id=A, admitted_by=READ, grants=staff(([str(B)], [READ])).grants)
    context = person.context(FixedClock(at), reason="checked", casino_id=B)
    assert (context.actor.kind, context.actor.id) == ("staff", str(A))
    assert context.occurred_at == at
    assert context.casino_id == B
    assert context.scope == CasinoScope.of(B)
    assert context.reason == "checked"
    assert Caller.service("games").context(FixedClock(at)).actor.kind == "system"
    assert Caller.service("games").context(FixedClock(at)).actor.id == "games"
    assert Caller(kind="player", id=A, casino_id=B).context().casino_id == B


def test_the_manifest_is_sorted_and_has_no_doubles() -> None:
    read, write = PermissionSpec(READ, "See deposits", "low", ("financial",)), PermissionSpec(WRITE, "Approve", "high")
    assert manifest([write, read, read]) == [
        {"id": READ, "title": "See deposits", "risk": "low", "data_classes": ["financial"]},
        {"id": WRITE, "title": "Approve", "risk": "high", "data_classes": []},
    ]
    with pytest.raises(ValueError, match="declared twice"):
        manifest([read, PermissionSpec(READ, "Another title")])
