"""The choice of providers: who may, who is first, and why the others are not asked."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.domain.routing.choice import Asking, Bucket, LeftOut, Offer, choose, obstacle, success_ppm, without
from payments.domain.routing.strategy import (
    MOST_EXPLORATION,
    Condition,
    Direction,
    Ranking,
    Rule,
    Strategy,
    Way,
    check,
    unwritten,
)

ASKING = Asking(lot="7", method="card", currency="EUR", amount_minor=50_00, country="MT")
A, B, C = (Offer(provider=name) for name in "abc")
ALL = (A, B, C)
NAMES = ("a", "b", "c")
METHODS = ("card",)


def order(*providers: str) -> Ranking:
    return Ranking(way=Way.ORDER, providers=providers)


def split(**shares: int) -> Ranking:
    return Ranking(way=Way.SPLIT, providers=tuple(shares), percents=tuple(shares.values()))


def ids(number: int) -> list[UUID]:
    return [UUID(int=n) for n in range(number)]


def with_rate(offer: Offer, succeeded: int, *, of: int = 5, buckets: int = 8) -> Offer:
    return replace(offer, window=(Bucket(of, succeeded),) * buckets)


# --- who may


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (replace(A, enabled=False), LeftOut.SWITCHED_OFF),
        (replace(A, offers_method=False), LeftOut.METHOD_NOT_OFFERED),
        (replace(A, offers_currency=False), LeftOut.CURRENCY_NOT_OFFERED),
        (replace(A, countries=frozenset({"SE"})), LeftOut.COUNTRY_NOT_SERVED),
        (replace(A, min_minor=50_01), LeftOut.AMOUNT_TOO_SMALL),
        (replace(A, max_minor=49_99), LeftOut.AMOUNT_TOO_LARGE),
        (replace(A, exact=False), LeftOut.AMOUNT_NOT_EXACT),
        (replace(A, detailed=False), LeftOut.DETAILS_MISSING),
        (replace(A, payable=False), LeftOut.DESTINATION_NOT_PAYABLE),
        (replace(A, restricted=True), LeftOut.BREAKER_OPEN),
        (replace(A, room_minor=49_99), LeftOut.HOLDS_TOO_MUCH),
        (replace(A, float_minor=49_99), LeftOut.FLOAT_TOO_SMALL),
        (replace(A, funds_minor=49_99), LeftOut.INSUFFICIENT_FUNDS),
    ],
)
def test_a_provider_that_may_not_is_left_out_and_says_why(offer: Offer, why: LeftOut) -> None:
    decision = choose(Strategy(otherwise=order("a", "b")), ASKING, [offer, B])
    assert decision.route == ("b",)
    assert {one.provider: one.left_out for one in decision.candidates} == {"a": why, "b": None}


def test_bounds_are_included_and_a_served_country_is_let_in() -> None:
    offer = replace(A, min_minor=50_00, max_minor=50_00, room_minor=50_00, countries=frozenset({"MT"}))
    offer = replace(offer, float_minor=50_00, funds_minor=50_00)
    assert obstacle(ASKING, offer) is None
    assert obstacle(replace(ASKING, country=None), offer) is LeftOut.COUNTRY_NOT_SERVED


def test_nobody_may() -> None:
    decision = choose(Strategy(), ASKING, [replace(A, enabled=False)])
    assert decision.route == ()


# --- who is first


def test_the_first_rule_that_is_about_the_deposit_decides() -> None:
    strategy = Strategy(
        rules=(
            Rule(name="swedes", when=Condition(countries=("SE",)), then=order("c")),
            Rule(name="cards", when=Condition(methods=("card",)), then=order("b")),
            Rule(name="all", when=Condition(), then=order("a")),
        ),
        fallback=("c", "a"),
    )
    decision = choose(strategy, ASKING, ALL)
    assert (decision.rule, decision.route) == ("cards", ("b", "c", "a"))
    assert choose(strategy, replace(ASKING, method="bank"), ALL).rule == "all"


@pytest.mark.parametrize(
    ("when", "changes", "about"),
    [
        (Condition(min_minor=50_00), {}, True),
        (Condition(min_minor=50_01), {}, False),
        (Condition(max_minor=50_00), {}, True),
        (Condition(max_minor=49_99), {}, False),
        (Condition(currencies=("SEK",)), {}, False),
        (Condition(countries=("MT",)), {"country": None}, False),
        (Condition(tags=("vip", "old")), {"tags": frozenset({"vip"})}, True),
        (Condition(tags=("vip",)), {}, False),
        (Condition(new_player=True), {"new_player": True}, True),
        (Condition(new_player=True), {}, False),
        (Condition(new_player=False), {}, True),
    ],
)
def test_a_rule_is_about_what_it_says(when: Condition, changes: dict[str, Any], about: bool) -> None:
    strategy = Strategy(rules=(Rule(name="r", when=when, then=order("a")),), otherwise=order("b"))
    decision = choose(strategy, replace(ASKING, **changes), ALL)
    assert decision.route == (("a",) if about else ("b",))


def test_who_is_named_nowhere_is_not_asked() -> None:
    decision = choose(Strategy(otherwise=order("a")), ASKING, ALL)
    assert {one.provider: one.left_out for one in decision.candidates} == {
        "a": None,
        "b": LeftOut.NOT_IN_STRATEGY,
        "c": LeftOut.NOT_IN_STRATEGY,
    }


def test_a_split_gives_each_about_his_share_and_is_stable() -> None:
    strategy = Strategy(otherwise=split(a=70, b=20, c=10))
    firsts = [choose(strategy, replace(ASKING, lot=str(one)), ALL).route[0] for one in ids(2_000)]
    again = [choose(strategy, replace(ASKING, lot=str(one)), ALL).route[0] for one in ids(2_000)]
    assert firsts == again
    counted = Counter(firsts)
    assert abs(counted["a"] - 1_400) < 100
    assert abs(counted["b"] - 400) < 80
    assert abs(counted["c"] - 200) < 60


def test_whoever_may_not_leaves_his_share_to_the_others() -> None:
    strategy = Strategy(otherwise=split(a=80, b=10, c=10))
    offers = [replace(A, restricted=True), B, C]
    counted = Counter(choose(strategy, replace(ASKING, lot=str(one)), offers).route[0] for one in ids(1_000))
    assert counted.keys() == {"b", "c"}
    assert abs(counted["b"] - 500) < 80


def test_success_decides_where_enough_is_known() -> None:
    strategy = Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE))
    decision = choose(strategy, ASKING, [with_rate(A, 3), with_rate(B, 4), with_rate(C, 2)])
    assert decision.route == ("b", "a", "c")
    assert [one.score for one in decision.candidates] == [800_000, 600_000, 400_000]


def test_too_little_known_counts_like_all_together() -> None:
    strategy = Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE))
    offers = [with_rate(A, 5), with_rate(B, 1), with_rate(C, 0, buckets=4)]
    assert choose(strategy, ASKING, offers).route == ("a", "c", "b")


def test_what_happened_lately_weighs_more() -> None:
    ranking = Ranking(way=Way.SUCCESS_RATE)
    better = success_ppm(ranking, [Bucket(5, 5)] * 4 + [Bucket(5, 0)] * 4)
    worse = success_ppm(ranking, [Bucket(5, 0)] * 4 + [Bucket(5, 5)] * 4)
    assert better is not None
    assert worse is not None
    assert better > 500_000 > worse
    assert success_ppm(ranking, [Bucket(5, 5)] * 4) is None


def test_a_dear_provider_must_succeed_more_often() -> None:
    strategy = Strategy(otherwise=Ranking(way=Way.ECONOMIC_VALUE))
    dear, cheap = replace(with_rate(A, 4), fee_minor=10_00), replace(with_rate(B, 4), fee_minor=1_00)
    assert choose(strategy, ASKING, [dear, cheap]).route == ("b", "a")
    assert choose(strategy, ASKING, [with_rate(dear, 5), with_rate(cheap, 2)]).route == ("a", "b")
    assert [one.score for one in choose(strategy, ASKING, [dear, cheap]).candidates] == [39_20, 32_00]


def test_where_nothing_is_known_the_cheapest_is_first() -> None:
    offers = [replace(A, fee_minor=90), replace(B, fee_minor=50), replace(C, fee_minor=70)]
    assert choose(Strategy(), ASKING, offers).route == ("b", "c", "a")


def test_whoever_was_tried_is_left_out_and_the_others_move_up() -> None:
    decision = without(choose(Strategy(otherwise=order("a", "b", "c")), ASKING, ALL), ["a"])
    assert decision.route == ("b", "c")
    assert {one.provider: one.left_out for one in decision.candidates}["a"] is LeftOut.TRIED_BEFORE


# --- whatever is asked

OFFERS = st.builds(
    Offer,
    provider=st.sampled_from(NAMES),
    enabled=st.booleans(),
    restricted=st.booleans(),
    min_minor=st.none() | st.integers(1, 100_00),
    room_minor=st.none() | st.integers(0, 100_00),
    fee_minor=st.integers(0, 60_00),
    window=st.lists(st.integers(0, 5).map(lambda n: Bucket(5, n)), max_size=9).map(tuple),
)
SOME = st.lists(OFFERS, max_size=3, unique_by=lambda one: one.provider)
RANKINGS = st.one_of(
    st.permutations(NAMES).map(lambda names: order(*names[:2])),
    st.just(split(a=50, b=30, c=20)),
    st.builds(
        Ranking,
        way=st.sampled_from([Way.SUCCESS_RATE, Way.ECONOMIC_VALUE]),
        exploration_percent=st.integers(0, MOST_EXPLORATION),
    ),
)
STRATEGIES = st.builds(
    Strategy, otherwise=RANKINGS, fallback=st.permutations(NAMES).map(lambda names: tuple(names[:1]))
)
ASKINGS = st.builds(replace, st.just(ASKING), lot=st.text(), amount_minor=st.integers(1, 200_00))


@given(STRATEGIES, ASKINGS, SOME)
def test_each_provider_is_either_placed_or_told_why_not(
    strategy: Strategy, asking: Asking, offers: list[Offer]
) -> None:
    check(strategy, NAMES, METHODS, Direction.DEPOSIT)
    decision = choose(strategy, asking, offers)
    assert sorted(one.provider for one in decision.candidates) == sorted(one.provider for one in offers)
    assert all((one.place is None) != (one.left_out is None) for one in decision.candidates)
    may = {one.provider for one in offers if obstacle(asking, one) is None}
    assert set(decision.route) <= may
    assert len(set(decision.route)) == len(decision.route)
    assert decision == choose(strategy, asking, list(reversed(offers)))


@given(ASKINGS, SOME)
def test_whoever_may_is_asked_where_nobody_is_named(asking: Asking, offers: list[Offer]) -> None:
    may = {one.provider for one in offers if obstacle(asking, one) is None}
    assert set(choose(Strategy(), asking, offers).route) == may


@pytest.mark.parametrize("percent", [0, 10, MOST_EXPLORATION])
def test_no_more_is_explored_than_agreed(percent: int) -> None:
    strategy = Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, exploration_percent=percent))
    offers = [with_rate(A, 5), with_rate(B, 1), with_rate(C, 1)]
    decisions = [choose(strategy, replace(ASKING, lot=str(one)), offers) for one in ids(2_000)]
    explored = sum(one.explored for one in decisions)
    assert abs(explored - 20 * percent) <= 80
    assert all(one.route[0] == "a" for one in decisions if not one.explored)
    elsewhere = Counter(one.route[0] for one in decisions if one.explored)
    assert percent == 0 or elsewhere.keys() == {"a", "b", "c"}


# --- what makes no sense


@pytest.mark.parametrize(
    ("strategy", "field"),
    [
        (Strategy(attempts_max=0), "attempts_max"),
        (Strategy(attempts_max=6), "attempts_max"),
        (Strategy(otherwise=order()), "otherwise.providers"),
        (Strategy(otherwise=order("a", "x")), "otherwise.providers.1"),
        (Strategy(otherwise=order("a", "a")), "otherwise.providers.1"),
        (Strategy(otherwise=replace(order("a"), percents=(100,))), "otherwise.percents"),
        (Strategy(otherwise=replace(order("a"), exploration_percent=1)), "otherwise.exploration_percent"),
        (Strategy(otherwise=split(a=50, b=49)), "otherwise.percents"),
        (Strategy(otherwise=split(a=100, b=0)), "otherwise.percents"),
        (Strategy(otherwise=replace(split(a=100), providers=("a", "b"))), "otherwise.percents"),
        (
            Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, exploration_percent=31)),
            "otherwise.exploration_percent",
        ),
        (Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, providers=("a",))), "otherwise.providers"),
        (Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, bucket_size=0)), "otherwise.bucket_size"),
        (Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, buckets_max=21)), "otherwise.buckets_max"),
        (Strategy(otherwise=Ranking(way=Way.SUCCESS_RATE, min_aggregates=9)), "otherwise.min_aggregates"),
        (Strategy(fallback=("x",)), "fallback.0"),
        (
            Strategy(rules=(Rule(name="r", when=Condition(methods=("card", "x")), then=order("a")),)),
            "rules.0.when.methods.1",
        ),
        (
            Strategy(rules=(Rule(name="r", when=Condition(min_minor=2, max_minor=1), then=order("a")),)),
            "rules.0.when.min_minor",
        ),
        (
            Strategy(rules=(Rule(name="r", when=Condition(), then=Ranking(way=Way.SUCCESS_RATE)),)),
            "rules.0.then.way",
        ),
        (Strategy(rules=(Rule(name="r", when=Condition(), then=order("a")),) * 2), "rules"),
        (
            Strategy(rules=tuple(Rule(name=str(n), when=Condition(), then=order("a")) for n in range(51))),
            "rules",
        ),
    ],
)
def test_a_strategy_that_makes_no_sense_is_refused_with_its_field(strategy: Strategy, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(strategy, NAMES, METHODS, Direction.DEPOSIT)
    assert refused.value.field == field


def test_a_payout_goes_to_one_provider_alone() -> None:
    assert (unwritten(Direction.DEPOSIT).attempts_max, unwritten(Direction.WITHDRAWAL).attempts_max) == (2, 1)
    check(unwritten(Direction.WITHDRAWAL), NAMES, METHODS, Direction.WITHDRAWAL)
    with pytest.raises(Invalid) as refusal:
        check(Strategy(attempts_max=2), NAMES, METHODS, Direction.WITHDRAWAL)
    assert refusal.value.field == "attempts_max"
