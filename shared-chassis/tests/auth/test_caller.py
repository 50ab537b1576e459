"""What a caller may see and do."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import (
    ApprovalNeeded,
    Caller,
    Forbidden,
    PermissionSpec,
    PolicyStale,
    StepUpNeeded,
    manifest,
)
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import (
    PermissionMeta,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Standing,
)
from chassis.domain import FixedClock, NotFound
from chassis.store.context import CasinoScope

A, B, C = (UUID(int=n) for n in (1, 2, 3))
READ, WRITE, ADJUST = "payments.deposit.list", "payments.withdrawal.approve", "payments.adjustment.make"
WHO = UUID(int=9)
AT = datetime(2026, 1, 1, tzinfo=UTC)
METAS = {
    READ: PermissionMeta(id=READ, risk="low"),
    WRITE: PermissionMeta(id=WRITE, risk="high", step_up_s=300),
    ADJUST: PermissionMeta(id=ADJUST, four_eyes=True),
}


def staff(*grants: tuple[list[str], list[str]], ceiling: int | None = None, proved_s: int = 0) -> Caller:
    """Somebody who holds these permissions at these casinos and proved so long ago who they are."""
    roles = {
        UUID(int=100 + n): PolicyRole(
            id=UUID(int=100 + n),
            name=f"role{n}",
            version=1,
            grants=(
                RoleGrant(
                    id=f"role{n}@1#1",
                    permissions=frozenset(permissions),
                    modes={"pii_basic": "mask"},
                    ceilings={} if ceiling is None else {"EUR": ceiling},
                ),
            ),
        )
        for n, (_, permissions) in enumerate(grants)
    }
    given = tuple(
        PolicyAssignment(
            id=UUID(int=200 + n),
            role_id=UUID(int=100 + n),
            scope=CasinoScope.everything() if "*" in casinos else CasinoScope.of(*map(UUID, casinos)),
        )
        for n, (casinos, _) in enumerate(grants)
    )
    subject = PolicySubject(id=WHO, assignments=given)
    policy = Policy(version=1, issued_at=AT, permissions=METAS, roles=roles, subjects={WHO: subject})
    held = LocalPolicy.holding(policy, clock=FixedClock(AT))
    return Caller(kind="staff", id=WHO, authenticated_at=int(AT.timestamp()) - proved_s).by(held)


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


def test_what_is_held_may_be_done() -> None:
    caller = staff(([str(A)], [READ, WRITE, ADJUST]), ceiling=100)
    assert caller.must(READ, A).outcome == "allow"
    assert caller.must(WRITE, A, 100, "EUR").scope == CasinoScope.of(A)
    assert caller.must(ADJUST, A, proposes=True).outcome == "four_eyes"
    assert caller.mode("pii_basic", A, READ) == "mask"
    assert caller.mode("aml", A, READ) == "none"


@pytest.mark.parametrize(
    ("permission", "casino_id", "amount_minor", "error"),
    [
        (READ, B, None, NotFound),
        (READ, A, 101, Forbidden),
        ("payments.ledger.view", A, None, Forbidden),
        (ADJUST, A, None, ApprovalNeeded),
    ],
)
def test_what_is_not_held_is_refused(
    permission: str, casino_id: UUID, amount_minor: int | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        staff(([str(A)], [READ, ADJUST]), ceiling=100).must(permission, casino_id, amount_minor, "EUR")


def test_an_old_proof_of_who_it_is_may_do_nothing_that_asks_for_a_fresh_one() -> None:
    caller = staff((["*"], [READ, WRITE]), proved_s=301)
    assert caller.may(READ)
    assert not caller.may(WRITE)
    assert caller.scope(WRITE).unlimited
    with pytest.raises(StepUpNeeded) as challenge:
        caller.must(WRITE, A)
    assert challenge.value.max_age_s == 300


class Aged(LocalPolicy):
    """A policy that nobody confirmed for 70 seconds."""

    def standing(self) -> Standing:
        return Standing(age_s=70)


def aged(caller: Caller) -> Caller:
    assert caller.held is not None
    assert caller.held.policy is not None
    return replace(caller, held=Aged.holding(caller.held.policy, clock=FixedClock(AT)))


def test_what_is_risky_is_held_nowhere_by_an_old_policy_however_it_is_asked_for() -> None:
    caller = aged(staff((["*"], [READ, WRITE])))
    risky = caller.let_in_by(WRITE)
    assert not caller.may(WRITE)
    assert not caller.could(WRITE, A)
    assert caller.scope(WRITE).empty
    assert caller.reach(WRITE).empty
    assert risky.scope().empty
    assert caller.mode("pii_basic", A, WRITE) == risky.mode("pii_basic", A) == "none"
    for asked in (
        lambda: caller.must(WRITE, A),
        lambda: caller.must_see(A, WRITE),
        lambda: caller.must_everywhere(WRITE),
        lambda: risky.must_see(A),
        risky.must_everywhere,
    ):
        with pytest.raises(PolicyStale):
            asked()


def test_what_is_not_risky_is_held_by_an_old_policy() -> None:
    caller = aged(staff((["*"], [READ, WRITE])))
    caller.must_see(A, READ)
    assert caller.may(READ, A)
    assert caller.scope(READ).unlimited
    assert caller.scope().unlimited
    assert caller.mode("pii_basic", A, READ) == "mask"


def test_whatever_is_shown_or_done_by_a_permission_is_use_of_it() -> None:
    told: list[tuple[str, UUID | None]] = []
    caller = replace(
        staff(([str(A)], [READ, WRITE])),
        witness=lambda _, wish: told.append((wish.permission, wish.casino_id)),
        counter=lambda permission, casino_id: told.append((permission, casino_id)),
    )
    caller.must(READ, A)
    caller.must_see(A, WRITE)
    assert caller.may(READ, A)
    assert not caller.scope(WRITE).empty
    assert caller.mode("pii_basic", A, READ) == "mask"
    assert told == [(READ, A), (WRITE, A), (READ, A), (WRITE, None), (READ, A)]
    told.clear()
    assert caller.could(READ)
    assert not caller.reach(WRITE).empty
    assert not caller.may(READ, B)
    assert told == []


def test_what_takes_the_whole_operator_is_refused_to_those_of_some_casinos() -> None:
    staff((["*"], [READ, ADJUST])).must_everywhere(ADJUST)
    told: list[str] = []
    caller = replace(staff(([str(A)], [READ])).let_in_by(READ), witness=lambda said, _: told.append(said.code))
    with pytest.raises(Forbidden):
        caller.must_everywhere()
    assert told == ["out_of_scope"]


def test_without_a_policy_nobody_holds_anything() -> None:
    caller = Caller(kind="staff", id=WHO)
    assert not caller.may(READ)
    assert caller.scope(READ).empty
    assert caller.mode("pii_basic", A, READ) == "none"
    with pytest.raises(PolicyStale):
        caller.must(READ)


def test_players_hold_no_permissions_and_services_all() -> None:
    player = Caller(kind="player", id=WHO, casino_id=A)
    with pytest.raises(Forbidden):
        player.must(READ, A)
    assert player.mode("pii_basic") == "clear"
    assert Caller.service("games").must(READ, A).scope.unlimited


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
    person = staff(([str(B)], [READ])).let_in_by(READ)
    context = person.context(FixedClock(at), reason="checked", casino_id=B)
    assert (context.actor.kind, context.actor.id) == ("staff", str(WHO))
    assert context.occurred_at == at
    assert context.casino_id == B
    assert context.scope == CasinoScope.of(B)
    assert context.reason == "checked"
    assert Caller.service("games").context(FixedClock(at)).actor.kind == "system"
    assert Caller.service("games").context(FixedClock(at)).actor.id == "games"
    assert Caller(kind="player", id=A, casino_id=B).context().casino_id == B


def test_the_manifest_is_sorted_and_has_no_doubles() -> None:
    read, write = PermissionSpec(READ, "See deposits", "low", ("financial",)), PermissionSpec(WRITE, "Approve", "high")
    found = manifest([write, read, read])
    assert [(one["id"], one["risk"], one["data_classes"]) for one in found] == [
        (READ, "low", ["financial"]),
        (WRITE, "high", []),
    ]
    with pytest.raises(ValueError, match="declared twice"):
        manifest([read, PermissionSpec(READ, "Another title")])
