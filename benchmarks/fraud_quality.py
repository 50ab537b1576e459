"""How well the rules did: whom each found, and what became of everybody."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from chassis.db.engine import driver
from fraud_casino import CASINO
from fraud_people import Label
from fraud_population import Population
from payments.application.desk import Desk
from payments.domain.fraud.rules import STRICTNESS, Action, Rule

_LAUNDERERS: tuple[Label, ...] = (
    "launderer", "small_launderer", "patient_launderer", "slow_launderer", "round_launderer"
)  # fmt: skip
TARGETS: dict[str, tuple[Label, ...]] = {
    "BLOCK-LIST-PAYOUT": ("mule",),
    "BLOCK-LIST": ("card_tester",),
    "CARD-TEST": ("card_tester",),
    "VEL-DEP-SUM": ("launderer", "round_launderer"),
    "VEL-DEP": ("card_tester",),
    "INSTR-SHARE": ("bonus_ring",),
    "MULTI-ACC-PHONE": ("bonus_ring",),
    "MULTI-ACC-ADDRESS": ("bonus_ring",),
    "MULTI-ACC-MAIL": ("bonus_ring",),
    "MULTI-ACC": ("bonus_ring", "mule"),
    "MULE-PAYOUT": ("bonus_ring", "mule"),
    "NO-PLAY": (*_LAUNDERERS, "mule"),
    "PASS-THRU": (*_LAUNDERERS, "mule"),
    "STRUCT": ("launderer",),
    "ROUND-BURST": ("round_launderer",),
    "CB-": ("friendly_fraudster",),
    "UNPROVEN": ("friendly_fraudster",),
    "BONUS-MAX-BET": ("bonus_hunter",),
    "BONUS-ND": ("bonus_hunter",),
    "BONUS": ("bonus_ring",),
    "SCREENING": ("listed",),
    "ATO": ("account_taken",),
    "NAME-MISMATCH": ("round_launderer", "mule"),
    "COUNTRY-MISMATCH": ("mule",),
}
"""By the beginning of a rule's name, the first that fits: whom it is meant to find. Recall counts these, precision any
fraudster; of a rule that lets players go on, the honest."""

_FOUND = """
    SELECT player_id, jsonb_array_elements_text(rules || shadow_rules) AS rule FROM fraud_decision
    UNION SELECT player_id, jsonb_array_elements_text((look -> 'rules') || (look -> 'shadow_rules'))
    FROM fraud_decision, jsonb_array_elements(looks) AS look"""
_DONE = """
    SELECT player_id, action FROM fraud_decision
    UNION SELECT player_id, look ->> 'action' FROM fraud_decision, jsonb_array_elements(looks) AS look"""


async def quality(desk: Desk, made: Population) -> dict[str, Any]:
    """`rules`: by rule in force, whom it found, nobody included. `labels`: of how many the live rules wanted something
    done (`found`), and the strictest of it. `honest`: the same of the honest by what they do.
    """
    async with desk.app.db.write() as connection:
        in_force = await desk.fraud.rules.in_force(connection, CASINO, desk.now())
        raw = await driver(connection)
        found, done = await raw.fetch(_FOUND), await raw.fetch(_DONE)
    players: dict[str, set[UUID]] = defaultdict(set)
    for row in found:
        players[row["rule"]].add(row["player_id"])
    strictest = dict.fromkeys(made.labels, Action.ALLOW)
    for row in done:
        strictest[row["player_id"]] = max(
            strictest[row["player_id"]], Action(row["action"]), key=STRICTNESS.__getitem__
        )
    honest = {one: made.behaviours[one] for one, label in made.labels.items() if label == "honest"}
    rules = sorted(in_force.rules.rules, key=lambda rule: rule.id)
    return {
        "rules": {rule.id: _rule(rule, players[rule.id], made) for rule in rules},
        "labels": _by(made.labels, strictest),
        "honest": _by(honest, strictest),
    }


def _by(groups: Mapping[UUID, str], strictest: Mapping[UUID, Action]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for group in sorted(set(groups.values())):
        actions = Counter(strictest[player] for player, its in groups.items() if its == group)
        players, passed = actions.total(), actions.pop(Action.ALLOW, 0)
        told[group] = {"players": players, "found": players - passed, "strictest": dict(actions)}
    return told


def _rule(rule: Rule, players: set[UUID], made: Population) -> dict[str, Any]:
    """Of people who belong together one is enough to see the others in the graph: `groups` is the share of those of
    whom it found anybody.
    """
    wanted = next((labels for start, labels in TARGETS.items() if rule.id.startswith(start)), ())
    meant = {player for player, label in made.labels.items() if label in wanted}
    right = {player for player in players if (made.labels[player] == "honest") == (rule.action is Action.ALLOW)}
    told: dict[str, Any] = {"players": len(players)}
    if players:
        told["precision"] = _share(right, players)
    if meant:
        told["recall"] = _share(meant & players, meant)
    if len(wanted) > 1:
        sorts = {label: {player for player in meant if made.labels[player] == label} for label in wanted}
        told["recall_by_label"] = {label: _share(them & players, them) for label, them in sorts.items()}
    together = [group for group in made.groups if group <= meant]
    if together:
        told["groups"] = _share([group for group in together if group & players], together)
    return told


def _share(some: Collection[Any], all_: Collection[Any]) -> float:
    return round(len(some) / len(all_), 3)
