"""Whatever roles say: nobody ends with more than the giver holds, and denials are never lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from security.adapters.catalogue import promised
from security.application.seed_roles import SEED_ROLES, SeedRole
from security.domain.duties import APART, Pair, conflicts, pairs
from security.domain.grants import (
    Declared,
    Grant,
    Line,
    as_published,
    beyond,
    covers,
    held_at,
    lines,
    matching,
    reach,
    undenied,
)

NAMES = ("a.x.list", "a.x.set", "a.y.list", "b.x.list", "b.x.set")
KNOWN = {name: Declared(risk="critical" if name.endswith("set") else "low") for name in NAMES}
CASINOS = ("malta", "gozo")
NOW = datetime(2026, 3, 1, tzinfo=UTC)

scopes = st.sampled_from([("*",), ("malta",), ("gozo",), CASINOS])
allowing = st.builds(
    Grant,
    pattern=st.sampled_from([*NAMES, "a.*", "a.x.*", "*"]),
    casinos=scopes,
    modes=st.dictionaries(st.sampled_from(["rg", "aml"]), st.sampled_from(["none", "hash", "mask", "clear"])),
    ceilings=st.dictionaries(st.sampled_from(["EUR", "SEK"]), st.integers(0, 3)),
    auto_extend=st.booleans(),
)
denying = st.builds(Grant, pattern=st.sampled_from([*NAMES, "a.*", "*"]), effect=st.just("deny"), casinos=scopes)
grants = st.lists(st.one_of(allowing, allowing, denying), max_size=5).map(lambda all_of: as_published(all_of, KNOWN))
until = st.sampled_from([None, NOW + timedelta(days=1), NOW + timedelta(days=2)])
held = st.builds(lines, grants, scopes, until)
holdings = st.lists(held, max_size=3).map(lambda lots: [line for lot in lots for line in lot])


def best(
    lot: list[Line], name: str, casino: str, known: dict[str, Declared], at: datetime | None
) -> tuple[object, ...]:
    """How much of a permission is held somewhere at a moment (None: for ever), worked out in the plainest way."""
    if name not in held_at([one for one in lot if one.lasts(at)], casino, known):
        return (False, {}, {})
    if any(one.grant.effect == "deny" and one.at(casino) and covers(one.grant.pattern, name) for one in lot):
        return (False, {}, {})
    mine = [
        one.grant
        for one in lot
        if one.at(casino) and one.lasts(at) and one.grant.effect == "allow" and name in reach(one.grant, known)
    ]
    amounts = {
        currency: max((one.ceilings.get(currency, -1) if one.ceilings else 10**9) for one in mine)
        for currency in ("EUR", "SEK", "USD")
    }
    rank = ("none", "hash", "mask", "clear")
    modes = {kind: max(rank.index(one.modes.get(kind, "none")) for one in mine) for kind in ("rg", "aml")}
    return (True, amounts, modes)


@given(own=holdings, role=grants, casinos=scopes, end=until, grown=st.booleans())
def test_nobody_ends_with_more_than_the_giver_holds(
    own: list[Line], role: tuple[Grant, ...], casinos: tuple[str, ...], end: datetime | None, grown: bool
) -> None:
    """A role that may be given adds nothing the giver lacks: at no casino, of no permission (not even one declared
    later), up to no amount, in no clearer sight, and not for longer.
    """
    given_lines = lines(role, casinos, end)
    if beyond(given_lines, KNOWN, own):
        return
    known = {**KNOWN, "a.x.new": Declared(risk="low")} if grown else KNOWN
    for casino in (*CASINOS, "*"):
        for name in known:
            theirs, mine = best(given_lines, name, casino, known, end), best(own, name, casino, known, end)
            if theirs[0]:
                assert mine[0], (name, casino)
                assert all(theirs[1][one] <= mine[1][one] for one in theirs[1])  # type: ignore[index,attr-defined]
                assert all(theirs[2][one] <= mine[2][one] for one in theirs[2])  # type: ignore[index,attr-defined]


@given(own=holdings)
def test_everybody_may_give_all_that_is_his_for_as_long(own: list[Line]) -> None:
    """Unless something is denied to him for some time: until it is over, he does not hold what he would give."""
    assume(all(one.until is None for one in own if one.grant.effect == "deny"))
    assert beyond(own, KNOWN, own) == []


@given(own=holdings, denial=denying, casino=st.sampled_from([*CASINOS, "*"]))
def test_a_denial_never_adds(own: list[Line], denial: Grant, casino: str) -> None:
    assert held_at([*own, *lines([denial])], casino, KNOWN) <= held_at(own, casino, KNOWN)


@given(own=holdings, more=holdings, casino=st.sampled_from([*CASINOS, "*"]))
def test_another_role_without_denials_never_takes(own: list[Line], more: list[Line], casino: str) -> None:
    allowed = [one for one in more if one.grant.effect == "allow"]
    assert held_at(own, casino, KNOWN) <= held_at([*own, *allowed], casino, KNOWN)


@given(role=grants)
def test_no_pattern_reaches_what_is_critical(role: tuple[Grant, ...]) -> None:
    for one in role:
        if one.effect == "allow" and one.pattern.endswith("*"):
            assert not {name for name in reach(one, KNOWN) if KNOWN[name].risk == "critical"}


@given(role=grants)
def test_a_pattern_reaches_what_came_later_only_where_it_says_so(role: tuple[Grant, ...]) -> None:
    later = {**KNOWN, "a.x.new": Declared(risk="low")}
    for one in role:
        new = "a.x.new" in reach(one, later)
        assert new == (covers(one.pattern, "a.x.new") and (one.auto_extend or one.effect == "deny"))


def test_what_becomes_critical_leaves_the_patterns() -> None:
    [grant] = as_published([Grant(pattern="a.*", auto_extend=True)], KNOWN)
    assert "a.x.list" in reach(grant, KNOWN)
    assert "a.x.list" not in reach(grant, {**KNOWN, "a.x.list": Declared(risk="critical")})
    assert "a.x.list" not in reach(grant, {**KNOWN, "a.x.list": Declared(risk=None)})


def test_what_no_service_declares_any_more_is_not_held() -> None:
    known = {**KNOWN, "a.x.list": Declared(risk="low", removed=True)}
    assert held_at(lines([Grant(pattern="a.x.list")]), "*", known) == frozenset()


def test_what_is_taken_off_with_a_denial_is_everything_it_denied() -> None:
    freed = undenied(lines([Grant(pattern="a.*", effect="deny", casinos=("malta",))]), [], KNOWN)
    assert {one.grant.pattern for one in freed} == {"a.*", "a.x.list", "a.x.set", "a.y.list"}
    assert {one.grant.casinos for one in freed} == {("malta",)}
    assert (
        undenied(lines([Grant(pattern="a.*", effect="deny")]), lines([Grant(pattern="a.*", effect="deny")]), KNOWN)
        == []
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*", set(NAMES)), ("a.*", {"a.x.list", "a.x.set", "a.y.list"}), ("a.x.*", {"a.x.list", "a.x.set"}), ("a", set())],
)
def test_a_pattern_stands_for_whole_parts(pattern: str, expected: set[str]) -> None:
    assert matching(pattern, NAMES) == expected


PAIR = next(iter(pairs(["payments.withdrawal.approve", "security.role.assign"])))
DUTIES = {name: Declared(risk="high") for name in promised()}


def met(*permissions: str) -> list[tuple[str, str]]:
    """The pairs that somebody meets who holds these."""
    known = {name: Declared(risk="high") for name in permissions}
    found = conflicts(lines(Grant(pattern=name) for name in permissions), known)
    return sorted((one.pair.first, one.pair.second) for one in found)


def test_duties_are_classes_of_permissions() -> None:
    one_person = [
        "payments.bulk.approve",
        "payments.policy.approve",
        "payments.withdrawal.reject",
        "security.role.assign",
        "verification.document.decide",
    ]
    assert met(*one_person) == [
        ("payments.bulk.approve", "payments.policy.approve"),
        ("payments.bulk.approve", "security.role.assign"),
        ("payments.bulk.approve", "verification.document.decide"),
        ("payments.policy.approve", "security.role.assign"),
        ("payments.withdrawal.reject", "security.role.assign"),
    ]


@pytest.mark.parametrize("access", ["security.role.assign", "security.staff.reset_factors", "security.client.manage"])
@pytest.mark.parametrize("money", ["payments.adjustment.create", "payments.provider.approve", "games.supplier.approve"])
def test_whoever_gives_access_writes_nothing_about_money_even_what_is_declared_later(access: str, money: str) -> None:
    assert met(money, access) == [(money, access)]


def test_who_only_looks_or_stops_meets_nothing() -> None:
    looks = ["payments.withdrawal.list", "payments.ledger.export", "security.role.list", "security.staff.disable"]
    assert met(*looks, "payments.withdrawal.reject", "payments.policy.set", "verification.hit.decide") == []
    assert met(*looks, "security.role.assign", "verification.hit.decide", "reports.withdrawals.request") == []


@pytest.mark.parametrize("seed", SEED_ROLES, ids=lambda seed: seed.name)
def test_no_role_to_begin_with_holds_what_is_kept_apart(seed: SeedRole) -> None:
    assert conflicts(lines(seed.grants), DUTIES) == []


def test_why_players_were_blocked_is_read_by_whoever_blocks_or_answers_for_it_and_not_by_who_talks_to_them() -> None:
    holding = {
        name: {one.name for one in SEED_ROLES for line in one.grants if line.pattern == f"backoffice.player.{name}"}
        for name in ("view_reason", "block")
    }
    officers = {"support_l2", "risk_fraud", "aml_officer", "rg_officer", "breakglass"}
    assert holding == {"view_reason": {*officers, "compliance_audit"}, "block": officers}


def test_each_pair_is_told_once_and_nothing_is_kept_apart_from_itself() -> None:
    found: list[Pair] = pairs(DUTIES)
    assert len({(one.first, one.second) for one in found}) == len(found)
    assert not [one for one in found if one.first == one.second]
    assert all(one.first.of(DUTIES) and one.second.of(DUTIES) for one in APART)


def test_whoever_approves_an_erasure_does_not_decide_what_the_person_was() -> None:
    assert met("backoffice.erasure.approve", "verification.hit.decide") == [
        ("backoffice.erasure.approve", "verification.hit.decide")
    ]


def test_duties_meet_where_both_are_held() -> None:
    first, second = Grant(pattern=PAIR.first), Grant(pattern=PAIR.second)
    apart = [*lines([first], ("malta",)), *lines([second], ("gozo",))]
    assert conflicts(apart, DUTIES) == []
    together = [*lines([first], ("malta",)), *lines([second])]
    assert [(one.pair, one.casino) for one in conflicts(together, DUTIES)] == [(PAIR, "malta")]
    everywhere = conflicts(lines([first, second]), DUTIES)
    assert [(one.pair, one.casino) for one in everywhere] == [(PAIR, "*")]


def test_duties_do_not_meet_where_one_is_denied() -> None:
    held = lines([Grant(pattern=PAIR.first), Grant(pattern=PAIR.second), Grant(pattern=PAIR.first, effect="deny")])
    assert conflicts(held, DUTIES) == []


@pytest.mark.parametrize("role", ["payments", "finance"])
def test_whoever_lets_withdrawals_out_sees_what_speaks_against_one_in_the_answer_too(role: str) -> None:
    (seeded,) = [one for one in SEED_ROLES if one.name == role]
    (approve,) = [one for one in seeded.grants if one.pattern == "payments.withdrawal.approve"]
    assert approve.modes["aml"] == "clear"
