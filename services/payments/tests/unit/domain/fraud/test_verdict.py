"""Verdicts: the strictest of what is wanted, what counts and what only watches."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.fraud.catalogue import CATALOGUE
from payments.domain.fraud.errors import RuleInvalid
from payments.domain.fraud.features import Value
from payments.domain.fraud.handbook import handbook
from payments.domain.fraud.rules import ACTIONS, STRICTNESS, Action, Trigger, ensure_can_hold, read
from payments.domain.fraud.verdict import judge

BIG = {"gte": [{"feature": "amount_minor"}, 100]}


def rule(id_: str, action: str = "review", **fields: Any) -> dict[str, Any]:
    more = {"block": {"of": ["ip"], "minutes": 5}} if action == "block" else {}
    return {"id": id_, "trigger": "deposit", "when": BIG, "action": action, "mode": "live", **more, **fields}


def verdict(*rules: dict[str, Any], amount: int = 100, off: tuple[str, ...] = (), **typologies: Any) -> Any:
    content = {"rules": list(rules), "typologies": typologies}
    return judge(read(content), Trigger.DEPOSIT, {"amount_minor": amount}, frozenset(off))


@pytest.mark.parametrize(
    ("when", "refused"),
    [
        ({"eq": [{"feature": "country"}, "GB"]}, False),
        ({"eq": [{"feature": "country"}, "UK"]}, True),
        ({"eq": ["UK", {"feature": "country"}]}, True),
        ({"not": {"in": [{"feature": "country"}, ["SE", "ZZ"]]}}, True),
        ({"eq": [{"feature": "level"}, "UK"]}, False),
    ],
)
def test_a_rule_that_names_a_country_there_is_not_is_refused_by_its_place(when: Any, refused: bool) -> None:
    rules = read({"rules": [rule("FAR", when=when)]})
    if not refused:
        ensure_can_hold(rules)
        return
    with pytest.raises(RuleInvalid, match="no country") as told:
        ensure_can_hold(rules)
    assert told.value.field == "rules[0].when"


def test_nothing_held_allows() -> None:
    found = verdict(rule("A", "decline"), amount=99)
    assert (found.action, found.hits) == (Action.ALLOW, ())


@given(st.lists(st.sampled_from(sorted(ACTIONS[Trigger.DEPOSIT])), min_size=1, max_size=6))
def test_the_strictest_action_is_done_whatever_the_order(actions: list[Action]) -> None:
    found = verdict(*(rule(f"R{index}", action.value) for index, action in enumerate(actions)))
    assert found.action is max(actions, key=STRICTNESS.__getitem__)
    assert len(found.hits) == len(actions)


def test_a_rule_in_shadow_is_recorded_and_has_no_effect() -> None:
    found = verdict(rule("A", "decline", mode="shadow"), rule("B"))
    assert (found.action, found.shadow_action) == (Action.REVIEW, Action.DECLINE)
    assert (found.live, found.shadow) == (("B",), ("A",))


def test_a_rule_that_is_off_is_not_evaluated() -> None:
    assert verdict(rule("A", "decline", mode="off")).hits == ()
    assert verdict(rule("A", "decline"), off=("A",)).hits == ()


def test_what_allows_wins_over_a_block_only_where_it_says_so() -> None:
    block = rule("B", "block")
    assert verdict(rule("A", "allow"), block).action is Action.BLOCK
    found = verdict(rule("A", "allow", overrides=True), block)
    assert (found.action, found.overridden, found.live) == (Action.ALLOW, True, ("A", "B"))


def test_scores_add_up_to_an_action_by_their_typology() -> None:
    parts = [rule("A", "allow", typology="ring", score=30), rule("B", "allow", typology="ring", score=40)]
    assert verdict(*parts, ring={"review": 71}).action is Action.ALLOW
    found = verdict(*parts, ring={"review": 40, "decline": 70})
    assert (found.action, found.scores) == (Action.DECLINE, {"ring": 70})


def test_a_rule_in_shadow_adds_to_no_score_that_counts() -> None:
    found = verdict(rule("A", "allow", typology="ring", score=50, mode="shadow"), ring={"decline": 50})
    assert (found.action, found.shadow_action, found.scores) == (Action.ALLOW, Action.DECLINE, {})


def test_a_withdrawal_is_never_refused_by_a_typology() -> None:
    content = {
        "rules": [rule("A", "review", trigger="withdrawal", typology="ring", score=9)],
        "typologies": {"ring": {"decline": 1, "hold": 5}},
    }
    assert judge(read(content), Trigger.WITHDRAWAL, {"amount_minor": 100}).action is Action.HOLD


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"id": "a b"}, "rules[0].id"),
        ({"id": 5}, "rules[0].id"),
        ({"trigger": "bet"}, "rules[0].trigger"),
        ({"trigger": ["deposit"]}, "rules[0].trigger"),
        ({"action": "hold"}, "rules[0].action"),
        ({"action": "shoot"}, "rules[0].action"),
        ({"action": "block"}, "rules[0].block"),
        ({"block": {"of": ["ip"], "minutes": 1}}, "rules[0].block"),
        ({"action": "block", "block": {"of": ["moon"], "minutes": 1}}, "rules[0].block.of"),
        ({"action": "block", "block": {"of": ["ip"], "minutes": 0}}, "rules[0].block.minutes"),
        ({"mode": "maybe"}, "rules[0].mode"),
        ({"score": -1}, "rules[0].score"),
        ({"score": 1.5}, "rules[0].score"),
        ({"typology": "ring"}, "rules[0].typology"),
        ({"overrides": True}, "rules[0].overrides"),
        ({"text": "x" * 501}, "rules[0].text"),
        ({"colour": "red"}, "rules[0]"),
        ({"when": {"gte": [1]}}, "rules[0].when.gte"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        read({"rules": [{**rule("A"), **change}]})
    assert refused.value.field == where


def test_the_id_that_is_taken_is_told() -> None:
    with pytest.raises(RuleInvalid, match="B is taken") as refused:
        read({"rules": [rule("A"), rule("B"), rule("B")]})
    assert refused.value.field == "rules[2].id"


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"rules": {}},
        {"rules": [None]},
        {"rules": [], "more": 1},
        {"rules": [], "typologies": []},
        {"rules": [], "typologies": {"ring": {}}},
        {"rules": [], "typologies": {"Ring": {"review": 1}}},
        {"rules": [], "typologies": {"ring": {"shout": 1}}},
        {"rules": [rule("A"), rule("A")]},
        {"rules": [rule(f"A{n}") for n in range(101)]},
    ],
)
def test_a_set_that_makes_no_sense_is_refused(content: Any) -> None:
    with pytest.raises(RuleInvalid):
        read(content)


def test_the_catalogue_reads_and_refuses_no_withdrawal() -> None:
    rules = read(CATALOGUE)
    assert {one.action for one in rules.rules if one.trigger is Trigger.WITHDRAWAL} <= ACTIONS[Trigger.WITHDRAWAL]


def test_every_rule_of_the_catalogue_can_hold() -> None:
    ensure_can_hold(read(CATALOGUE))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"when": {"gte": [{"feature": "failures", "of": "payout", "in": "1h"}, 1]}}, "rules[1].when"),
        ({"when": {"feature": "blocked", "of": "bin"}, "trigger": "withdrawal"}, "rules[1].when"),
        ({"when": {"feature": "blocked", "of": "bin"}}, None),
        ({"when": {"and": [True, {"feature": "new_payout"}]}}, "rules[1].when"),
        ({"when": {"lt": [{"feature": "payout_age_h"}, 1]}}, "rules[1].when"),
        ({"when": {"feature": "blocked", "of": "payout"}, "trigger": "withdrawal"}, None),
        ({"when": {"feature": "new_payout"}, "trigger": "withdrawal"}, None),
        ({"when": {"gte": [{"feature": "used_instruments"}, 1]}}, None),
        ({"action": "block", "block": {"of": ["ip", "payout"], "minutes": 5}}, "rules[1].block.of"),
    ],
)
def test_a_rule_that_could_never_hold_is_told_by_its_place(change: dict[str, Any], where: str | None) -> None:
    rules = read({"rules": [rule("A"), {**rule("B"), **change}]})
    if where is None:
        ensure_can_hold(rules)
        return
    with pytest.raises(RuleInvalid, match="never known") as refused:
        ensure_can_hold(rules)
    assert refused.value.field == where


def test_of_a_player_nobody_knows_anything_the_catalogue_says_nothing() -> None:
    for trigger in Trigger:
        assert judge(read(CATALOGUE), trigger, {}).hits == ()


def test_the_fingerprint_of_rules_is_that_of_their_meaning() -> None:
    one = {"rules": [rule("A")]}
    other = {"rules": [dict(reversed(rule("A").items()))]}
    assert read(one).sha256 == read(other).sha256 != read({"rules": [rule("B")]}).sha256


def test_the_page_of_the_rules_is_current() -> None:
    page = Path(__file__).resolve().parents[6] / "docs" / "fraud-rules.md"
    assert page.read_text() == handbook(), "make contracts"
    assert all(f"| {one['id']} |" in handbook() for one in CATALOGUE["rules"])


@pytest.mark.parametrize(
    ("euro_minor", "recent_minor", "held"),
    [
        (100, 1_900_00, True),
        (160, 304_000, True),
        (160, 1_900_00, False),
        (1_050, 1_995_000, True),
        (1_050, 1_900_00, False),
    ],
    ids=["euros", "yen", "yen that are as many as cents", "satoshi", "satoshi that are as many as cents"],
)
def test_just_below_what_is_reported_is_so_in_every_currency(euro_minor: int, recent_minor: int, held: bool) -> None:
    values: dict[str, Value] = {"euro_minor": euro_minor, "recent_deposits_minor": (recent_minor,) * 3}
    assert (judge(read(CATALOGUE), Trigger.DEPOSIT, values).live == ("STRUCT",)) is held
