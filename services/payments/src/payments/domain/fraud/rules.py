"""A casino's rules: read from JSON once, checked whole, then only evaluated."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from chassis.domain.countries import COUNTRIES
from payments.domain.fraud.errors import RuleInvalid
from payments.domain.fraud.expressions import Node, asked_for, compared_with, parse
from payments.domain.fraud.features import KEYS, KNOWN_WITH, is_never_known

W = TypeVar("W", bound=StrEnum)

MOST_RULES = 100
LONGEST_BLOCK_MIN = 60 * 24 * 366


class Trigger(StrEnum):
    """What a rule looks at."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


class Action(StrEnum):
    """What a rule wants. In the order of strictness: the strictest of all that are wanted is done."""

    ALLOW = "allow"
    """Nothing."""
    REVIEW = "review"
    """It goes on and a case is opened; a withdrawal takes a person to approve it."""
    CHALLENGE = "challenge"
    """A deposit goes on with its payer authenticated by his bank, and a case is opened."""
    HOLD = "hold"
    """A withdrawal takes two people to approve it, and a case is opened."""
    DECLINE = "decline"
    """A deposit is refused, this once."""
    BLOCK = "block"
    """A deposit is refused, and what the rule names is put on the block list for a while."""


STRICTNESS: Mapping[Action, int] = {action: index for index, action in enumerate(Action)}

ACTIONS: Mapping[Trigger, frozenset[Action]] = {
    Trigger.DEPOSIT: frozenset({Action.ALLOW, Action.REVIEW, Action.CHALLENGE, Action.DECLINE, Action.BLOCK}),
    Trigger.WITHDRAWAL: frozenset({Action.ALLOW, Action.REVIEW, Action.HOLD}),
}
"""What may be done to a payment. No rule refuses a withdrawal: it is the player's money, and people decide."""

REFUSING = frozenset({Action.DECLINE, Action.BLOCK})


class Unproven(StrEnum):
    """What is done with a deposit whose payer is to prove who he is where no provider can have him do it."""

    REVIEW = "review"
    """It goes on and is counted as unproven, by which rules have people look before money goes out."""
    DECLINE = "decline"
    """It is refused."""


class Mode(StrEnum):
    """Whether a rule counts."""

    LIVE = "live"
    SHADOW = "shadow"
    """Evaluated and recorded, of no effect."""
    OFF = "off"
    """Not evaluated."""


@dataclass(frozen=True, slots=True)
class Block:
    """What a hit puts on the block list, and for how long."""

    of: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        when: the condition.
        score: what a hit adds to its typology.
        overrides: of an allowing rule: it is done whatever else is wanted.
    """

    id: str
    trigger: Trigger
    when: Node
    action: Action
    mode: Mode
    score: int = 0
    typology: str | None = None
    overrides: bool = False
    block: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """A kind of fraud that several rules speak of: what is done from which sum of their scores on."""

    thresholds: tuple[tuple[int, Action], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules of a casino, as they were published together."""

    rules: tuple[Rule, ...]
    typologies: Mapping[str, Typology]
    sha256: str
    unproven: Unproven = Unproven.REVIEW


_ID = re.compile(r"^[A-Z][A-Z0-9-]{0,39}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_RULE = {"id", "text", "trigger", "when", "action", "mode", "score", "typology", "overrides", "block"}


def sha256_of(content: Mapping[str, Any]) -> str:
    """The fingerprint of rules as JSON: that of their meaning, whatever the order of the keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(content: Any) -> RuleSet:
    """The rules that JSON says: `{"rules": [...], "typologies": {...}, "unproven": "review"}`.

    Raises:
        RuleInvalid: something in it cannot be done; its field names the place.
    """
    if not isinstance(content, dict) or set(content) - {"rules", "typologies", "unproven"}:
        raise RuleInvalid("An object of `rules`, `typologies` and `unproven`.", field="rules")
    given = content.get("rules")
    if not isinstance(given, list) or len(given) > MOST_RULES:
        raise RuleInvalid(f"A list of at most {MOST_RULES} rules.", field="rules")
    typologies = _typologies(content.get("typologies", {}))
    rules = tuple(_rule(one, f"rules[{index}]", typologies) for index, one in enumerate(given))
    seen = set[str]()
    for index, rule in enumerate(rules):
        if rule.id in seen:
            raise RuleInvalid(f"Each rule has an id of its own: {rule.id} is taken.", field=f"rules[{index}].id")
        seen.add(rule.id)
    unproven = _word(Unproven, content.get("unproven", Unproven.REVIEW), "unproven")
    return RuleSet(rules=rules, typologies=typologies, sha256=sha256_of(content), unproven=unproven)


def ensure_can_hold(rules: RuleSet) -> None:
    """A rule that asks for what is never known would never hold, and nobody would notice. Published rules may have
    such, from before this was looked at.

    Raises:
        RuleInvalid: one of them does; its field names the rule.
    """
    for index, rule in enumerate(rules.rules):
        unknown = sorted(name for name in asked_for(rule.when) if is_never_known(name, rule.trigger))
        if unknown:
            words = f"{', '.join(unknown)}: never known when a {rule.trigger} is judged."
            raise RuleInvalid(words, field=f"rules[{index}].when")
        if not compared_with(rule.when, "country") <= COUNTRIES:
            raise RuleInvalid("ISO 3166-1 has no country with one of these codes.", field=f"rules[{index}].when")
        apart = [one for one in rule.block.of if one not in KNOWN_WITH[rule.trigger]] if rule.block else []
        if apart:
            words = f"{', '.join(apart)}: never known when a {rule.trigger} is judged."
            raise RuleInvalid(words, field=f"rules[{index}].block.of")


def _rule(given: Any, where: str, typologies: Mapping[str, Typology]) -> Rule:
    if not isinstance(given, dict) or set(given) - _RULE:
        raise RuleInvalid(f"An object of {', '.join(sorted(_RULE))}.", field=where)
    trigger, action = (
        _word(Trigger, given.get("trigger"), f"{where}.trigger"),
        _word(Action, given.get("action"), f"{where}.action"),
    )
    if action not in ACTIONS[trigger]:
        raise RuleInvalid(f"Not for a {trigger}.", field=f"{where}.action")
    typology = given.get("typology")
    if typology is not None and typology not in typologies:
        raise RuleInvalid("One of the typologies.", field=f"{where}.typology")
    overrides = given.get("overrides", False)
    if not isinstance(overrides, bool) or (overrides and action is not Action.ALLOW):
        raise RuleInvalid("Only what allows can override.", field=f"{where}.overrides")
    if not isinstance(given.get("text", ""), str) or len(given.get("text", "")) > 500:
        raise RuleInvalid("At most 500 characters.", field=f"{where}.text")
    return Rule(
        id=_matching(_ID, given.get("id"), f"{where}.id"),
        trigger=trigger,
        when=parse(given.get("when"), where=f"{where}.when"),
        action=action,
        mode=_word(Mode, given.get("mode"), f"{where}.mode"),
        score=_whole(given.get("score", 0), 0, 1000, f"{where}.score"),
        typology=typology,
        overrides=overrides,
        block=_block(given.get("block"), action, f"{where}.block"),
    )


def _block(given: Any, action: Action, where: str) -> Block | None:
    if (given is not None) != (action is Action.BLOCK):
        raise RuleInvalid("What to block and for how long, for the action `block` alone.", field=where)
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"of", "minutes"}:
        raise RuleInvalid("An object of `of` and `minutes`.", field=where)
    of = given["of"]
    if not isinstance(of, list) or not of or any(one not in KEYS for one in of):
        raise RuleInvalid(f"Some of {', '.join(KEYS)}.", field=f"{where}.of")
    return Block(tuple(of), _whole(given["minutes"], 1, LONGEST_BLOCK_MIN, f"{where}.minutes"))


def _typologies(given: Any) -> dict[str, Typology]:
    if not isinstance(given, dict) or len(given) > MOST_RULES:
        raise RuleInvalid("An object, by name.", field="typologies")
    found = {}
    for name, one in given.items():
        where = f"typologies.{name}"
        _matching(_NAME, name, "typologies")
        if not isinstance(one, dict) or not one:
            raise RuleInvalid("The least score for each action.", field=where)
        pairs = [(_whole(least, 1, 100_000, where), _word(Action, action, where)) for action, least in one.items()]
        found[name] = Typology(thresholds=tuple(sorted(pairs, key=lambda pair: pair[0])))
    return found


def _word(kind: type[W], given: Any, where: str) -> W:
    if not isinstance(given, str) or given not in set(kind):
        raise RuleInvalid(f"One of {', '.join(kind)}.", field=where)
    return kind(given)


def _matching(pattern: re.Pattern[str], given: Any, where: str) -> str:
    if not isinstance(given, str) or not pattern.match(given):
        raise RuleInvalid(f"A name like {pattern.pattern}", field=where)
    return given


def _whole(given: Any, least: int, most: int, where: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
        raise RuleInvalid(f"A whole number from {least} to {most}.", field=where)
    return given
