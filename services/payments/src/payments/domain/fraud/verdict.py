"""What follows from a casino's rules for one payment: a pure function of rules and values."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from payments.domain.fraud.expressions import evaluate
from payments.domain.fraud.features import Values
from payments.domain.fraud.rules import ACTIONS, STRICTNESS, Action, Mode, Rule, RuleSet, Trigger


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule whose condition held."""

    rule: str
    action: Action
    mode: Mode
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is done, and why.

    Attributes:
        action: what is done.
        shadow_action: what would be done if rules in shadow counted as well.
        hits: every rule that held, those in shadow included.
        scores: of each typology, by the rules that count.
        overridden: an allowing rule took precedence over everything else.
    """

    action: Action
    shadow_action: Action
    hits: tuple[Hit, ...]
    scores: dict[str, int] = field(default_factory=dict)
    overridden: bool = False

    @property
    def live(self) -> tuple[str, ...]:
        """The rules that held and count."""
        return tuple(hit.rule for hit in self.hits if hit.mode is Mode.LIVE)

    @property
    def shadow(self) -> tuple[str, ...]:
        """The rules that held and do not count."""
        return tuple(hit.rule for hit in self.hits if hit.mode is Mode.SHADOW)


def judge(rules: RuleSet, trigger: Trigger, values: Values, off: frozenset[str] = frozenset()) -> Verdict:
    """Evaluate every rule for the trigger. The strictest action that is wanted is done, unless a rule overrides it.

    Args:
        off: rules that are switched off.
    """
    mine = [
        rule for rule in rules.rules if rule.trigger is trigger and rule.mode is not Mode.OFF and rule.id not in off
    ]
    held = [rule for rule in mine if evaluate(rule.when, values) is True]
    live = [rule for rule in held if rule.mode is Mode.LIVE]
    scores = _scores(live)
    action, overridden = _outcome(rules, trigger, live)
    return Verdict(
        action=action,
        shadow_action=_outcome(rules, trigger, held)[0],
        hits=tuple(Hit(rule.id, rule.action, rule.mode, rule.score) for rule in held),
        scores=scores,
        overridden=overridden,
    )


def _outcome(rules: RuleSet, trigger: Trigger, held: list[Rule]) -> tuple[Action, bool]:
    if any(rule.overrides for rule in held):
        return Action.ALLOW, True
    wanted = [rule.action for rule in held]
    for name, score in _scores(held).items():
        wanted += [action for least, action in rules.typologies[name].thresholds if score >= least]
    possible = [action for action in wanted if action in ACTIONS[trigger]]
    return max(possible, key=STRICTNESS.__getitem__, default=Action.ALLOW), False


def _scores(held: Iterable[Rule]) -> dict[str, int]:
    scores: dict[str, int] = {}
    for rule in held:
        if rule.typology is not None:
            scores[rule.typology] = scores.get(rule.typology, 0) + rule.score
    return scores
