"""The catalogue in words, for `docs/fraud-rules.md`."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from payments.domain.fraud.catalogue import CATALOGUE, NOT_DECIDED_HERE
from payments.domain.fraud.expressions import OPERATORS, Asked, Literal, Members, Node, Operation
from payments.domain.fraud.features import FEATURES, WINDOWS
from payments.domain.fraud.rules import Action, Trigger, Unproven, read

_SIGNS = {"and": " and ", "or": " or ", "add": " + ", "mul": " * ", "sub": " - ", "ratio": " / "}
_BETWEEN = {**_SIGNS, "eq": " = ", "gt": " > ", "gte": " >= ", "lt": " < ", "lte": " <= ", "in": " in "}


def said(node: Node, *, inside: bool = False) -> str:
    """The condition as one line.

    >>> from payments.domain.fraud.expressions import parse
    >>> said(parse({"gte": [{"feature": "failures", "of": "ip", "in": "1h"}, 10]}))
    'failures:ip:1h >= 10'
    """
    match node:
        case Literal():
            return str(node.value).lower() if isinstance(node.value, bool | Fraction) else str(node.value)
        case Asked():
            return node.name
        case Members():
            return "{" + ", ".join(sorted(str(one) for one in node.values)) + "}"
        case Operation():
            return _operation(node, inside=inside)


def _operation(node: Operation, *, inside: bool) -> str:
    sign = _BETWEEN.get(node.name)
    if sign is None:
        return f"{node.name}({', '.join(said(one) for one in node.arguments)})"
    text = sign.join(said(one, inside=True) for one in node.arguments)
    return f"({text})" if inside and len(node.arguments) > 1 else text


def handbook() -> str:
    """The whole page."""
    parts = [_HEAD, _written(), _rules(), _typologies(), _cannot(), _actions(), _features(), _operators()]
    return "\n\n".join(parts) + "\n"


_HEAD = """# Fraud rules

Generated from `payments/domain/fraud`; `make contracts` writes it. How rules are drafted, tried, published and switched
off is in [fraud.md](fraud.md)."""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


_FIELDS = (
    ("`id`", "yes", "its name: capitals, digits and `-`, 40 at most"),
    ("`trigger`", "yes", ", ".join(f"`{one}`" for one in Trigger)),
    ("`when`", "yes", "the condition: a feature that is true or false, or an operator; see below"),
    ("`action`", "yes", ", ".join(f"`{one}`" for one in Action)),
    ("`mode`", "yes", "`live`; `shadow`: evaluated and recorded, of no effect; `off`: not evaluated"),
    ("`text`", "", "what it says, for people"),
    ("`score`, `typology`", "", "what it adds to which typology"),
    ("`overrides`", "", "of `allow`: `true` has it done whatever others want"),
    ("`block`", "with the action `block`", "`of`: what is put on the block list; `minutes`: for how long"),
)


def _written() -> str:
    [shown] = [one for one in CATALOGUE["rules"] if one["id"] == "VEL-DEP-FAIL"]
    lines = ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in shown.items())
    return (
        "## How a rule is written\n\n"
        "A draft (`PUT /api/payments/v1/fraud/casinos/{casino_id}/draft`) is `rules`, a list of such as this,"
        f" `typologies` and `unproven`:\n\n```json\n{{\n{lines}\n}}\n```\n\n"
        + _table(("field", "needed", "meaning"), _FIELDS)
        + '\n\nA feature is `{"feature": "failures", "of": "player", "in": "1h"}`: `in` is the window, the time over'
        " which it is counted; the tables below write it `failures:player:1h`. An operator is its name with its"
        ' arguments in a list: `{"gte": [{"feature": "amount_minor"}, 5000]}`.'
    )


def _rules() -> str:
    written: list[dict[str, Any]] = CATALOGUE["rules"]
    rows = []
    for rule, one in zip(read(CATALOGUE).rules, written, strict=True):
        action = rule.action.value
        if rule.block is not None:
            action = f"block {', '.join(rule.block.of)} for {rule.block.minutes} min"
        if rule.overrides:
            action += ", whatever else is wanted"
        score = f"{rule.score} {rule.typology}" if rule.typology else ""
        rows.append((rule.id, rule.trigger.value, action, rule.mode.value, score, one["text"], f"`{said(rule.when)}`"))
    head = ("rule", "looks at", "action", "begins", "score", "what it says", "condition")
    return "## The rules a casino begins with\n\n" + _table(head, rows)


def _typologies() -> str:
    typologies: dict[str, dict[str, int]] = CATALOGUE["typologies"]
    rows = [
        (name, ", ".join(f"{action} from {least}" for action, least in one.items())) for name, one in typologies.items()
    ]
    return (
        "## Typologies\n\nThe scores of the live rules that held are added up by typology; from a threshold on its"
        " action is wanted as well.\n\n" + _table(("typology", "wants"), rows)
    )


def _cannot() -> str:
    return "## What payments cannot decide\n\n" + _table(("rule", "why"), list(NOT_DECIDED_HERE.items()))


_MEANINGS = {
    Action.ALLOW: "nothing is done; a rule that `overrides` has it done whatever others want",
    Action.REVIEW: "it goes on and a case is opened; a withdrawal takes a person to approve it",
    Action.CHALLENGE: "a deposit goes on with its payer authenticated by his bank, and a case is opened",
    Action.HOLD: "a withdrawal takes two people to approve it, and a case is opened",
    Action.DECLINE: "a deposit is refused, this once; the player is told only that it is not possible now",
    Action.BLOCK: "the same, and what the rule names is on the block list for a while",
}


def _actions() -> str:
    return (
        "## Actions, from the mildest to the strictest\n\nThe strictest one that is wanted is done. No rule refuses a"
        f" withdrawal. Where a payer is to be authenticated and no provider can, `unproven` says whether the deposit"
        f" goes on ({Unproven.REVIEW}, as casinos begin) or is refused ({Unproven.DECLINE}).\n\n"
        + _table(("action", "what is done"), [(one.value, _MEANINGS[one]) for one in Action])
    )


def _features() -> str:
    rows = [(f"`{name}`", one.type, ", ".join(one.of), "a window" if one.windowed else "", one.meaning)
            for name, one in FEATURES.items()]  # fmt: skip
    return (
        f"## Features\n\nWhere a feature has a window, `in` is one of {', '.join(WINDOWS)}; conditions write it"
        " `feature:of:in`.\n\n" + _table(("feature", "type", "`of`", "`in`", "meaning"), rows)
    )


def _operators() -> str:
    rows = [
        (f"`{name}`", ", ".join(one.takes) + (" ..." if one.many else ""), one.gives, one.meaning)
        for name, one in OPERATORS.items()
    ]
    return "## Operators\n\n" + _table(("operator", "takes", "gives", "meaning"), rows)
