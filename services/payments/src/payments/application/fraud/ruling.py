"""Rules are worked on, tried on what happened, put in force by two people, and stopped by one."""

import json
from asyncio import sleep
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid, NotFound
from chassis.domain.numbers import refuse_card_number
from chassis.store import UnitOfWork
from contracts.payments.fraud_events import FraudRulesPublished, FraudRuleSwitched
from payments.application.desk import Desk
from payments.application.fraud.rules_port import Draft
from payments.domain.fraud.errors import FraudDraftChanged, FraudRuleStoppedBefore
from payments.domain.fraud.features import Value
from payments.domain.fraud.rules import (
    REFUSING,
    STRICTNESS,
    Action,
    Mode,
    Rule,
    Trigger,
    ensure_can_hold,
    read,
    sha256_of,
)
from payments.domain.fraud.verdict import judge
from payments.domain.fraud_case.words import CaseOutcome

MOST_TRIED = 20_000
"""Decisions that a draft is tried on, the newest first."""

LONGEST_STOP = timedelta(days=1)
"""So long one person stops a rule."""

ONCE_IN = timedelta(days=7)
"""Nobody keeps a rule stopped alone, day after day: within that time another person stops it again."""

_AT_ONCE = 50
"""Decisions that are judged before others have their turn: deposits are judged by the same process."""


async def save_draft(desk: Desk, uow: UnitOfWork, casino_id: UUID, content: dict[str, Any], by: str) -> Draft:
    """Keep what the casino works on, once it was read. Nothing follows from a draft.

    Raises:
        RuleInvalid: it cannot be evaluated, or a rule in it could never hold; names the place.
        Invalid: the text of a rule may hold the number of a card.
        CasinoUnknown: there is no such casino.
    """
    await desk.casino(uow.connection, casino_id)
    rules = read(content)
    ensure_can_hold(rules)
    for index, rule in enumerate(content["rules"]):
        refuse_card_number(rule.get("text", ""), field=f"rules[{index}].text")
    draft = Draft(content=content, sha256=rules.sha256, edited_by=by, edited_at=uow.ctx.occurred_at)
    await desk.fraud.rules.save_draft(uow.connection, casino_id, draft)
    return draft


async def the_draft(desk: Desk, connection: AsyncConnection, casino_id: UUID, sha256: str) -> Draft:
    """The draft, if it is the one that was looked at.

    Raises:
        NotFound: the casino has none.
        FraudDraftChanged: it is another one by now.
    """
    found = await desk.fraud.rules.draft(connection, casino_id)
    if found is None:
        raise NotFound
    if found.sha256 != sha256:
        raise FraudDraftChanged
    return found


async def publish_rules(desk: Desk, uow: UnitOfWork, casino_id: UUID, content: Mapping[str, Any]) -> int:
    """Put rules in force: two people agreed on exactly these. Whatever is switched off stays off."""
    now, by = uow.ctx.occurred_at, uow.ctx.actor.id
    version = await desk.fraud.rules.publish(uow.connection, casino_id, content, by, now)
    await uow.publish(FraudRulesPublished(casino_id=casino_id, rule_version=version, sha256=sha256_of(content)))
    return version


async def switch_rule(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, rule: str, *, off: bool, until: datetime | None
) -> Mode:
    """Stop a rule for a while, a day where nobody says how long, or let it go on as it was published, for every payment
    from now on. One person does it: two who publish a draft stop a rule for longer.

    Raises:
        NotFound: there is no such rule.
        Invalid: `until` is over or too far away, or nothing is stopped.
        FraudRuleStoppedBefore: he used its switch before.
    """
    now, by = uow.ctx.occurred_at, uow.ctx.actor.id
    if until is not None and not (off and now < until <= now + LONGEST_STOP):
        raise Invalid("When a rule that is stopped counts again, within a day.", field="until")
    await desk.fraud.rules.in_force(uow.connection, casino_id, now)
    last = await desk.fraud.rules.last_switch(uow.connection, casino_id, rule)
    if off and last is not None and last.by == by and last.at > now - ONCE_IN:
        raise FraudRuleStoppedBefore
    until = (until or now + LONGEST_STOP) if off else None
    mode = await desk.fraud.rules.switch(uow.connection, casino_id, rule, off=off, until=until, by=by, now=now)
    if mode is None:
        raise NotFound
    await uow.publish(FraudRuleSwitched(casino_id=casino_id, rule=rule, switched_off=off))
    return Mode.OFF if off else mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of payments.

    Attributes:
        disputed: the payer's bank took the money, or wanted it (`charged_back`), whoever won in the end, or reported
            fraud (`fraud_warned`).
        refunded: given or taken back, in part or whole, and not disputed.
        succeeded: credited or paid out, and nothing of that.
        blocked: refused by the rules of then.
    """

    disputed: int
    charged_back: int
    fraud_warned: int
    refunded: int
    succeeded: int
    blocked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one rule of a draft would have found.

    Attributes:
        payments: that it looks at; `of_these` is what became of them.
        hits: payments at which it held; `of_hits` is what became of them.
        fraud, not_fraud: cases these are in that were decided so. A case counts once, as where rules in force are
            compared.
    """

    rule: str
    mode: str
    payments: int
    of_these: Became
    hits: int
    of_hits: Became
    fraud: int
    not_fraud: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A draft, tried on what happened.

    Attributes:
        payments: that it was tried on; `became` is what became of them.
        since: when the oldest of them was judged; None: there was none.
        complete: they are all there were in these days.
        actions: how many payments it would have treated how.
        before: how many were treated how.
        changed: `from -> to`, how many.
    """

    payments: int
    became: Became
    since: datetime | None
    complete: bool
    actions: Mapping[str, int]
    before: Mapping[str, int]
    changed: Mapping[str, int]
    rules: Sequence[Tried]


class _Counted:
    """Payments, what became of them, and the cases they are in by how these were decided."""

    def __init__(self) -> None:
        self.payments = 0
        self._became: Counter[str] = Counter()
        self._cases: dict[str, set[UUID]] = defaultdict(set)

    def add(self, row: Mapping[str, Any], became: Iterable[str]) -> None:
        """One more."""
        self.payments += 1
        self._became.update(became)
        if row["outcome"] is not None:
            self._cases[row["outcome"]].add(row["case_id"])

    @property
    def became(self) -> Became:
        return Became(**{one.name: self._became[one.name] for one in fields(Became)})

    def cases(self, outcome: CaseOutcome) -> int:
        """Each counts once, however many of the payments are in it."""
        return len(self._cases[outcome])


async def backtest(
    desk: Desk, connection: AsyncConnection, casino_id: UUID, content: Mapping[str, Any], days: int
) -> Backtest:
    """Judge again what was judged in the last days, by these rules, and again where it was looked at again: the
    stricter counts, as it did. Every record holds every value that was known, so that rules may be tried that ask for
    what no rule asked for then.
    """
    begin = desk.now() - timedelta(days=days)
    rules = read(dict(content))
    actions: Counter[str] = Counter()
    before: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    all_, looked, held = _Counted(), defaultdict[str, _Counted](_Counted), defaultdict[str, _Counted](_Counted)
    history = await desk.fraud.decisions.history(connection, casino_id, begin, MOST_TRIED)
    for index, row in enumerate(history):
        if index % _AT_ONCE == 0:
            await sleep(0)
        verdicts = [judge(rules, Trigger(row["trigger"]), values) for values in _known(row)]
        action = max((one.action for one in verdicts), key=STRICTNESS.__getitem__)
        was = max(map(Action, [row["action"], *row["later"]]), key=STRICTNESS.__getitem__)
        actions[action] += 1
        before[was] += 1
        if action != was:
            changed[f"{was} -> {action}"] += 1
        became = _became(row, was)
        hit = {one.rule for verdict in verdicts for one in verdict.hits}
        for counted in (all_, looked[row["trigger"]], *(held[rule] for rule in hit)):
            counted.add(row, became)
    return Backtest(
        payments=len(history),
        became=all_.became,
        since=history[-1]["decided_at"] if history else None,
        complete=len(history) < MOST_TRIED,
        actions=dict(actions),
        before=dict(before),
        changed=dict(changed),
        rules=[_tried(rule, looked[rule.trigger], held[rule.id]) for rule in rules.rules],
    )


def _tried(rule: Rule, looked: _Counted, held: _Counted) -> Tried:
    return Tried(
        rule=rule.id,
        mode=rule.mode,
        payments=looked.payments,
        of_these=looked.became,
        hits=held.payments,
        of_hits=held.became,
        fraud=held.cases(CaseOutcome.FRAUD),
        not_fraud=held.cases(CaseOutcome.NOT_FRAUD),
    )


def _became(row: Mapping[str, Any], was: Action) -> list[str]:
    """The worst that became of a payment; nothing of one that failed otherwise, or is under way."""
    disputed = [name for name in ("charged_back", "fraud_warned") if row[name]]
    if disputed:
        return ["disputed", *disputed]
    if row["refunded"]:
        return ["refunded"]
    if row["succeeded"]:
        return ["succeeded"]
    return ["blocked"] if was in REFUSING else []


def _known(row: Mapping[str, Any]) -> list[dict[str, Value]]:
    """What was known when it was decided, and when it was looked at again, if it was."""
    first, seen = values_of(json.loads(row["features"])), values_of(json.loads(row["seen"]))
    return [first, {**first, **seen}] if seen else [first]


def values_of(features: Mapping[str, Any]) -> dict[str, Value]:
    """Values as they were kept, as they are evaluated."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in features.items()}
