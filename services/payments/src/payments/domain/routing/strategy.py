"""A casino's routing strategy: versioned data that people write, publish with a second person, and simulate first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from chassis.domain import Invalid

MOST_EXPLORATION = 30
MOST_ATTEMPTS = 5
MOST_RULES = 50


class Direction(StrEnum):
    """Which way the money goes. Either has strategies, decisions, counts and breakers of its own."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


class Way(StrEnum):
    """How providers are put in order."""

    ORDER = "order"  # As listed; one provider alone is a list of one.
    SPLIT = "split"  # By shares in percent, stable for each deposit.
    SUCCESS_RATE = "success_rate"  # By how often deposits succeeded lately; a part of them explores.
    ECONOMIC_VALUE = "economic_value"  # By that rate times what is left of the amount after the fee.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """One way with what it needs.

    Attributes:
        providers: of an order or a split.
        percents: of a split, in the order of its providers; 100 in all.
        exploration_percent: of success rates and economic values: how many deposits go to a provider drawn at random.
        bucket_size: how many decided deposits are counted together, and as one weight.
        buckets_max: how many buckets back are looked at; the newest weighs most.
        min_aggregates: with fewer full buckets a provider's own rate is not believed, and it gets that of all.
    """

    way: Way
    providers: tuple[str, ...] = ()
    percents: tuple[int, ...] = ()
    exploration_percent: int = 0
    bucket_size: int = 5
    buckets_max: int = 8
    min_aggregates: int = 5

    @property
    def learns(self) -> bool:
        """Whether it looks at what became of earlier deposits."""
        return self.way in (Way.SUCCESS_RATE, Way.ECONOMIC_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Which payments a rule is about. What is empty or None says nothing; amounts are minor units, both included.

    `tags`: the player has at least one of them. `new_player`: he has not paid in before.
    """

    methods: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    min_minor: int | None = None
    max_minor: int | None = None
    new_player: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done with the payments it is about: an order or a split."""

    name: str
    when: Condition
    then: Ranking


CHEAPEST_FIRST = Ranking(way=Way.ECONOMIC_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """The first rule that is about a payment decides; `otherwise` where none is. `fallback` providers come after.

    >>> Strategy().attempts_max
    2
    """

    rules: tuple[Rule, ...] = ()
    otherwise: Ranking = field(default=CHEAPEST_FIRST)
    fallback: tuple[str, ...] = ()
    attempts_max: int = 2


def attempts_unless_said(direction: Direction) -> int:
    """How many providers are tried where a strategy does not say: of a payout one alone is ever asked."""
    return 2 if direction is Direction.DEPOSIT else 1


def unwritten(direction: Direction) -> Strategy:
    """Of a casino that has published none: what is worth most, after fees; every provider that offers the method."""
    return Strategy(attempts_max=attempts_unless_said(direction))


def check(strategy: Strategy, providers: Collection[str], methods: Collection[str], direction: Direction) -> None:
    """Raise Invalid, naming the field, when the strategy makes no sense.

    Args:
        providers: those money goes that way by at this casino, switched on or not.
        methods: that their accounts there offer.
    """
    if not 1 <= strategy.attempts_max <= MOST_ATTEMPTS:
        raise Invalid(f"From 1 to {MOST_ATTEMPTS}.", field="attempts_max")
    if direction is Direction.WITHDRAWAL and strategy.attempts_max > 1:
        raise Invalid("A payout goes to one provider alone.", field="attempts_max")
    if len(strategy.rules) > MOST_RULES:
        raise Invalid(f"At most {MOST_RULES}.", field="rules")
    names = [rule.name for rule in strategy.rules]
    if len(set(names)) < len(names):
        raise Invalid("Two rules have the same name.", field="rules")
    for number, rule in enumerate(strategy.rules):
        _check_rule(rule, providers, f"rules.{number}")
        _check_known(rule.when.methods, methods, f"rules.{number}.when.methods", "an account there offers it")
    _check_ranking(strategy.otherwise, providers, "otherwise")
    _check_providers(strategy.fallback, providers, "fallback")


def _check_rule(rule: Rule, providers: Collection[str], at: str) -> None:
    least, most = rule.when.min_minor, rule.when.max_minor
    if least is not None and most is not None and least > most:
        raise Invalid("The least is more than the most.", field=f"{at}.when.min_minor")
    if rule.then.learns:
        raise Invalid("A rule names its providers: an order or a split.", field=f"{at}.then.way")
    _check_ranking(rule.then, providers, f"{at}.then")


def _check_ranking(ranking: Ranking, providers: Collection[str], at: str) -> None:
    _check_providers(ranking.providers, providers, f"{at}.providers")
    if ranking.learns:
        _check_learning(ranking, at)
    elif not ranking.providers:
        raise Invalid("At least one provider.", field=f"{at}.providers")
    elif ranking.exploration_percent:
        raise Invalid("Nothing is explored here.", field=f"{at}.exploration_percent")
    if ranking.way is not Way.SPLIT:
        if ranking.percents:
            raise Invalid("Only a split has shares.", field=f"{at}.percents")
        return
    fits = len(ranking.percents) == len(ranking.providers) and all(share > 0 for share in ranking.percents)
    if not fits or sum(ranking.percents) != 100:
        raise Invalid("A share above 0 for each provider, 100 in all.", field=f"{at}.percents")


def _check_learning(ranking: Ranking, at: str) -> None:
    if ranking.providers:
        raise Invalid("Every provider that offers the method is looked at.", field=f"{at}.providers")
    if not 0 <= ranking.exploration_percent <= MOST_EXPLORATION:
        raise Invalid(f"From 0 to {MOST_EXPLORATION}.", field=f"{at}.exploration_percent")
    if not 1 <= ranking.bucket_size <= 100:
        raise Invalid("From 1 to 100.", field=f"{at}.bucket_size")
    if not 1 <= ranking.buckets_max <= 20:
        raise Invalid("From 1 to 20.", field=f"{at}.buckets_max")
    if not 1 <= ranking.min_aggregates <= ranking.buckets_max:
        raise Invalid("At least 1, and no more than are looked at.", field=f"{at}.min_aggregates")


def _check_providers(named: Sequence[str], providers: Collection[str], at: str) -> None:
    seen = set[str]()
    _check_known(named, providers, at, "the casino has an account there, and money goes that way by it")
    for number, one in enumerate(named):
        if one in seen:
            raise Invalid("Named twice.", field=f"{at}.{number}")
        seen.add(one)


_NOBODY = "This casino has none that could be named: set up its account at a provider first."


def _check_known(named: Sequence[str], known: Collection[str], at: str, why: str) -> None:
    for number, one in enumerate(named):
        if one not in known:
            told = f"One of {', '.join(sorted(known))}: {why}." if known else _NOBODY
            raise Invalid(told, field=f"{at}.{number}")
