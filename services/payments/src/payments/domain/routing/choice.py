"""The choice: which providers may take a payment, in which order they are asked, and why the others are not.

Pure and reproducible: what is drawn by lot is drawn from the payment's own lot, which no player can choose.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from payments.domain.routing.float import FloatState
from payments.domain.routing.strategy import Condition, Ranking, Strategy, Way

PPM = 1_000_000


class LeftOut(StrEnum):
    """Why a provider is not asked. Stable: staff and cashiers read it."""

    SWITCHED_OFF = "switched_off"
    METHOD_NOT_OFFERED = "method_not_offered"
    CURRENCY_NOT_OFFERED = "currency_not_offered"
    COUNTRY_NOT_SERVED = "country_not_served"
    AMOUNT_TOO_SMALL = "amount_too_small"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    DETAILS_MISSING = "details_missing"
    DESTINATION_NOT_PAYABLE = "destination_not_payable"
    BREAKER_OPEN = "breaker_open"
    HOLDS_TOO_MUCH = "holds_too_much"
    FLOAT_TOO_SMALL = "float_too_small"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    NOT_IN_STRATEGY = "not_in_strategy"
    TRIED_BEFORE = "tried_before"
    CANNOT_STEP_UP = "cannot_step_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is known of the payment and of its player. `step_up`: he is to be authenticated by his bank.

    `lot`: what is drawn for the payment is drawn from this, always the same.
    """

    lot: str
    method: str
    currency: str
    amount_minor: int
    country: str | None = None
    tags: frozenset[str] = frozenset()
    new_player: bool = False
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """Decided payments counted together."""

    tried: int
    succeeded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a casino's account at a provider offers for the method and currency that were asked for.

    Attributes:
        countries: which it serves; None: all.
        exact: its protocol can express the amount.
        detailed: what it must know beside is there.
        payable: of a withdrawal: it can pay to where the player wants it.
        restricted: its breaker is open.
        steps_up: it can have the payer authenticated by his bank.
        room_minor: how much more it may hold of ours; None: not known, or not bounded.
        float_state, float_minor: of a withdrawal: whether it is known what it can pay out, and if so, how much.
        pays_minor: of a withdrawal: what of it goes out here, the rest being returned to its source; None: all of it.
        funds_minor: of a withdrawal: the most that the player's cash covers with his fee here; None: not known.
        window: its latest buckets of the method and currency, the newest first.
    """

    provider: str
    enabled: bool = True
    offers_method: bool = True
    offers_currency: bool = True
    countries: frozenset[str] | None = None
    min_minor: int | None = None
    max_minor: int | None = None
    exact: bool = True
    detailed: bool = True
    payable: bool = True
    restricted: bool = False
    steps_up: bool = True
    room_minor: int | None = None
    float_state: FloatState | None = None
    float_minor: int | None = None
    pays_minor: int | None = None
    funds_minor: int | None = None
    fee_minor: int = 0
    window: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One provider of the decision: its place among those that are asked (from 1), or why it is left out.

    `score`: successes in a million, or the value in minor units; None where nothing is counted. `float_state` and
    `float_minor` as of its offer.
    """

    provider: str
    place: int | None = None
    score: int | None = None
    fee_minor: int = 0
    left_out: LeftOut | None = None
    float_state: FloatState | None = None
    float_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided and by what: a way, the `rule` it stood in (None: in none), and whether it was explored."""

    way: Way
    rule: str | None
    explored: bool
    candidates: tuple[Candidate, ...]
    attempts_max: int

    @property
    def route(self) -> tuple[str, ...]:
        """The providers to ask, the first one first."""
        placed = [one for one in self.candidates if one.place is not None]
        return tuple(one.provider for one in sorted(placed, key=lambda one: one.place or 0))


def choose(strategy: Strategy, asking: Asking, offers: Iterable[Offer]) -> Decision:
    """Put the providers in order; an empty route when none may take the payment."""
    ordered = sorted(offers, key=lambda one: one.provider)
    barred = {one.provider: why for one in ordered if (why := obstacle(asking, one)) is not None}
    eligible = [one for one in ordered if one.provider not in barred]
    rule = next((one for one in strategy.rules if matches(one.when, asking)), None)
    ranking = strategy.otherwise if rule is None else rule.then
    scores = _scores(ranking, asking, eligible)
    first, explored = _ranked(ranking, asking, eligible, scores)
    names = {one.provider for one in eligible}
    after = [name for name in strategy.fallback if name in names and name not in first]
    places = {name: number for number, name in enumerate([*first, *after], start=1)}
    candidates = [
        Candidate(
            provider=one.provider,
            place=places.get(one.provider),
            score=scores.get(one.provider),
            fee_minor=one.fee_minor,
            left_out=barred.get(one.provider, None if one.provider in places else LeftOut.NOT_IN_STRATEGY),
            float_state=one.float_state,
            float_minor=one.float_minor,
        )
        for one in ordered
    ]
    return Decision(
        way=ranking.way,
        rule=None if rule is None else rule.name,
        explored=explored,
        candidates=tuple(sorted(candidates, key=lambda one: (one.place is None, one.place or 0, one.provider))),
        attempts_max=strategy.attempts_max,
    )


def within_reach(strategy: Strategy, asking: Asking, provider: str, least_minor: int, most_minor: int | None) -> bool:
    """Whether the strategy has the provider asked for some amount between these, whatever else is in its way."""
    rankings: list[Ranking] = []
    for rule in strategy.rules:
        least, most = rule.when.min_minor or 0, rule.when.max_minor
        about = matches(replace(rule.when, min_minor=None, max_minor=None), asking)
        if not about or (most is not None and most < least_minor) or (most_minor is not None and most_minor < least):
            continue
        rankings.append(rule.then)
        if least <= least_minor and (most is None or (most_minor is not None and most_minor <= most)):
            break
    else:
        rankings.append(strategy.otherwise)
    return provider in strategy.fallback or any(one.learns or provider in one.providers for one in rankings)


def without(decision: Decision, tried: Sequence[str]) -> Decision:
    """The same decision once some of its providers were asked in vain: the others move up."""
    left = [name for name in decision.route if name not in tried]
    candidates = [
        replace(one, place=None, left_out=LeftOut.TRIED_BEFORE)
        if one.provider in tried
        else replace(one, place=left.index(one.provider) + 1 if one.provider in left else None)
        for one in decision.candidates
    ]
    return replace(decision, candidates=tuple(candidates))


def obstacle(asking: Asking, offer: Offer) -> LeftOut | None:
    """Why the provider may not take the payment; None when it may."""
    amount, room, funds, held = asking.amount_minor, offer.room_minor, offer.funds_minor, offer.float_minor
    paid = amount if offer.pays_minor is None else offer.pays_minor
    foreign = offer.countries is not None and (asking.country is None or asking.country not in offer.countries)
    checks = (
        (not offer.enabled, LeftOut.SWITCHED_OFF),
        (not offer.offers_method, LeftOut.METHOD_NOT_OFFERED),
        (not offer.offers_currency, LeftOut.CURRENCY_NOT_OFFERED),
        (foreign, LeftOut.COUNTRY_NOT_SERVED),
        (offer.min_minor is not None and 0 < paid < offer.min_minor, LeftOut.AMOUNT_TOO_SMALL),
        (offer.max_minor is not None and paid > offer.max_minor, LeftOut.AMOUNT_TOO_LARGE),
        (not offer.exact, LeftOut.AMOUNT_NOT_EXACT),
        (not offer.detailed, LeftOut.DETAILS_MISSING),
        (not offer.payable, LeftOut.DESTINATION_NOT_PAYABLE),
        (asking.step_up and not offer.steps_up, LeftOut.CANNOT_STEP_UP),
        (offer.restricted, LeftOut.BREAKER_OPEN),
        (room is not None and amount > room, LeftOut.HOLDS_TOO_MUCH),
        (held is not None and paid > held, LeftOut.FLOAT_TOO_SMALL),
        (funds is not None and amount > funds, LeftOut.INSUFFICIENT_FUNDS),
    )
    return next((why for holds, why in checks if holds), None)


def matches(when: Condition, asking: Asking) -> bool:
    """Whether a rule is about the payment."""
    amount = asking.amount_minor
    return (
        (not when.methods or asking.method in when.methods)
        and (not when.currencies or asking.currency in when.currencies)
        and (not when.countries or asking.country in when.countries)
        and (not when.tags or not asking.tags.isdisjoint(when.tags))
        and (when.min_minor is None or amount >= when.min_minor)
        and (when.max_minor is None or amount <= when.max_minor)
        and (when.new_player is None or asking.new_player == when.new_player)
    )


def nearest(whys: Iterable[LeftOut | None]) -> LeftOut | None:
    """Of why they are left out, what is nearest to being asked: the last of the obstacles that was reached.

    >>> nearest([LeftOut.METHOD_NOT_OFFERED, LeftOut.AMOUNT_TOO_SMALL, None])
    <LeftOut.AMOUNT_TOO_SMALL: 'amount_too_small'>
    """
    order = list(LeftOut)
    return max((one for one in whys if one is not None), key=order.index, default=None)


def success_ppm(ranking: Ranking, window: Sequence[Bucket]) -> int | None:
    """The success rate in a million, newer buckets weighing more; None when too little is known.

    >>> success_ppm(Ranking(way=Way.SUCCESS_RATE, min_aggregates=1), [Bucket(5, 4)])
    800000
    """
    full = [one for one in window[: ranking.buckets_max] if one.tried >= ranking.bucket_size]
    if len(full) < ranking.min_aggregates:
        return None
    weights = range(len(full), 0, -1)
    tried = sum(weight * one.tried for weight, one in zip(weights, full, strict=True))
    succeeded = sum(weight * one.succeeded for weight, one in zip(weights, full, strict=True))
    return succeeded * PPM // tried


def drawn(lot: str, what: str, below: int) -> int:
    """A number from 0 to `below` - 1, always the same for the payment's lot and the question."""
    digest = hashlib.sha256(f"{what}:{lot}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def _scores(ranking: Ranking, asking: Asking, eligible: Sequence[Offer]) -> dict[str, int]:
    if not ranking.learns or not eligible:
        return {}
    pooled = _pooled_ppm(eligible)
    rates = {one.provider: success_ppm(ranking, one.window) for one in eligible}
    believed = {name: pooled if rate is None else rate for name, rate in rates.items()}
    if ranking.way is Way.SUCCESS_RATE:
        return believed
    return {one.provider: believed[one.provider] * (asking.amount_minor - one.fee_minor) // PPM for one in eligible}


def _pooled_ppm(eligible: Sequence[Offer]) -> int:
    """What is believed where too little is known: the rate of all, and one success to begin with."""
    tried = sum(bucket.tried for one in eligible for bucket in one.window)
    succeeded = sum(bucket.succeeded for one in eligible for bucket in one.window)
    return (succeeded + 1) * PPM // (tried + 1)


def _ranked(
    ranking: Ranking, asking: Asking, eligible: Sequence[Offer], scores: dict[str, int]
) -> tuple[list[str], bool]:
    names = [one.provider for one in eligible]
    if ranking.way is Way.ORDER:
        return [name for name in ranking.providers if name in names], False
    if ranking.way is Way.SPLIT:
        return _split(ranking, asking, names), False
    fees = {one.provider: one.fee_minor for one in eligible}
    best = sorted(names, key=lambda name: (-scores[name], fees[name], name))
    if len(best) > 1 and drawn(asking.lot, "explore", 100) < ranking.exploration_percent:
        chosen = best[drawn(asking.lot, "explored", len(best))]
        return [chosen, *(name for name in best if name != chosen)], True
    return best, False


def _split(ranking: Ranking, asking: Asking, names: Sequence[str]) -> list[str]:
    """The provider whose share the payment falls into; those that may not take it leave theirs to the others."""
    shares = [(name, share) for name, share in zip(ranking.providers, ranking.percents, strict=True) if name in names]
    if not shares:
        return []
    point = drawn(asking.lot, "split", sum(share for _, share in shares) * 1_000) // 1_000
    chosen = shares[-1][0]
    for name, share in shares:
        if point < share:
            chosen = name
            break
        point -= share
    others = sorted((one for one in shares if one[0] != chosen), key=lambda one: (-one[1], one[0]))
    return [chosen, *(name for name, _ in others)]
