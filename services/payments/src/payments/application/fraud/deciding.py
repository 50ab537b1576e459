"""A payment is asked for: it is measured, judged by the casino's rules and recorded, all in its own transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from uuid import UUID

from chassis.domain import uuid7
from chassis.store import UnitOfWork
from payments.application.errors import FraudBlocked, FraudDeclined, FraudUnproven
from payments.application.fraud.ports import Decision, Fraud, Keys, Payment, Proof, Signals, known
from payments.application.fraud.rules_port import InForce
from payments.application.fraud.worth import Worth
from payments.application.ledger import Wallet
from payments.application.metrics import FRAUD_DECISIONS, FRAUD_HITS, FRAUD_SECONDS
from payments.domain.fraud.features import Value
from payments.domain.fraud.rules import REFUSING, Action, Trigger, Unproven
from payments.domain.fraud.verdict import Verdict, judge
from payments.domain.fraud_case.aggregate import fraud_case
from payments.domain.fraud_case.commands import RaiseAlert
from payments.domain.fraud_case.events import Alert

REFUSALS: Mapping[Action, str] = {Action.DECLINE: FraudDeclined.code, Action.BLOCK: FraudBlocked.code}
"""The code a deposit is refused with. Its player is told that it is not possible now, and nothing else."""

PEOPLE: Mapping[Action, int] = {Action.REVIEW: 1, Action.HOLD: 2}
"""How many people a withdrawal takes at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules want done with a payment, which want it, and what becomes of the proof they want of its payer."""

    action: Action
    proof: Proof | None = None
    rules: tuple[str, ...] = ()

    @property
    def refusal(self) -> str | None:
        """Of a deposit: the code it is refused with."""
        return refusal_of(self.action, self.proof)

    @property
    def step_up(self) -> bool:
        """Of a deposit: its payer is to be authenticated by his bank."""
        return self.proof is Proof.ASKED

    @property
    def people(self) -> int:
        """Of a withdrawal: how many must approve it at least."""
        return PEOPLE.get(self.action, 0)


def wanting(verdict: Verdict) -> tuple[str, ...]:
    """The rules that want more than to let it go, where that is what is done."""
    return () if verdict.action is Action.ALLOW else verdict.live


def refusal_of(action: Action, proof: Proof | None) -> str | None:
    """The code a deposit is refused with; None: it is not."""
    return FraudUnproven.code if proof is Proof.REFUSED else REFUSALS.get(action)


def proof_of(verdict: Verdict, rules: InForce, *, possible: bool) -> Proof | None:
    """What becomes of the proof that is wanted of a payer; `possible`: a provider can have him give it."""
    if verdict.action is not Action.CHALLENGE:
        return None
    missing = Proof.REFUSED if rules.rules.unproven is Unproven.DECLINE else Proof.MISSING
    return Proof.ASKED if possible else missing


async def judge_payment(
    fraud: Fraud,
    uow: UnitOfWork,
    payment: Payment,
    wallet: Wallet | None,
    signals: Signals,
    can_be_proven: Callable[[], Awaitable[bool]] | None = None,
) -> Judged:
    """Measure the payment, judge it and record that; open a case where somebody has to look. The player's wallet is
    locked, so that no payment of his is judged at the same time. One that was judged before is not judged again.

    `can_be_proven`: whether a provider can have the payer prove who he is; asked where the rules want that. None: no.
    """
    connection, now = uow.connection, uow.ctx.occurred_at
    began = perf_counter()
    before = await fraud.decisions.action_of(connection, payment.id, payment.trigger)
    if before is not None:
        return Judged(action=before)
    keys = fraud.fingerprints.of(payment.casino_id, payment.player_id, signals)
    values = await measure(fraud, uow, payment, wallet, keys, signals.proved)
    rules = await fraud.rules.in_force(connection, payment.casino_id, now)
    verdict = judge(rules.rules, payment.trigger, values, rules.off)
    wanted = verdict.action is Action.CHALLENGE
    possible = wanted and can_be_proven is not None and await can_be_proven()
    proof = proof_of(verdict, rules, possible=possible)
    await _keep(fraud, uow, payment, Found(verdict, rules, values, keys, proof))
    FRAUD_SECONDS.labels(payment.trigger).observe(perf_counter() - began)
    uow.after_commit(partial(_count, payment.trigger, verdict))
    return Judged(action=verdict.action, proof=proof, rules=wanting(verdict))


def _count(trigger: Trigger, verdict: Verdict) -> None:
    FRAUD_DECISIONS.labels(trigger, verdict.action).inc()
    for hit in verdict.hits:
        FRAUD_HITS.labels(hit.rule, hit.mode).inc()


async def measure(
    fraud: Fraud, uow: UnitOfWork, payment: Payment, wallet: Wallet | None, keys: Keys, proved: frozenset[str]
) -> dict[str, Value]:
    """Every value that is known about the payment."""
    connection, now = uow.connection, uow.ctx.occurred_at
    since = await fraud.features.link(connection, payment.casino_id, keys, now, proved=proved)
    worth = Worth.by(fraud.rates, payment.currency)
    values: dict[str, Value] = {
        **known(keys),
        "amount_minor": payment.amount_minor,
        "euro_minor": worth.euro_minor,
        "currency": payment.currency,
        "provider": payment.provider,
        "hour": now.hour,
    }
    if wallet is not None:
        values |= {"balance_minor": wallet.cash_minor, "bonus_minor": wallet.bonus_minor}
        values |= {"owed_minor": wallet.owed_minor}
        values |= await fraud.features.play(connection, payment)
    values |= await fraud.features.measure(connection, payment, keys, now, worth)
    if payment.trigger is Trigger.DEPOSIT:
        recent = values["recent_deposits_minor"]
        values["recent_deposits_minor"] = (payment.amount_minor, *(recent if isinstance(recent, tuple) else ()))
    for kind in ("device", "payout"):
        if kind in keys:
            first = since[kind]
            values[f"{kind}_age_h"] = 0 if first is None else max((now - first) // timedelta(hours=1), 0)
    if "device" in keys:  # The first one that a player brings is new to nobody.
        values["new_device"] = since["device"] is None and values.get("devices:player:ever", 0) != 1
    if "payout" in keys:
        values["new_payout"] = since["payout"] is None
    return values


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict, what it was reached by, and what becomes of the proof it wants."""

    verdict: Verdict
    rules: InForce
    values: dict[str, Value]
    keys: Keys
    proof: Proof | None


async def _keep(fraud: Fraud, uow: UnitOfWork, payment: Payment, found: Found) -> None:
    connection, now, verdict = uow.connection, uow.ctx.occurred_at, found.verdict
    decision_id = uuid7()
    case_id = None
    if verdict.action is not Action.ALLOW:
        case_id = await alert(fraud, uow, payment, decision_id, verdict.action, verdict.live)
    await block(fraud, uow, payment, found.keys, found.rules, verdict)
    decision = Decision(
        id=decision_id,
        payment=payment,
        verdict=verdict,
        rule_version=found.rules.version,
        rules_sha256=found.rules.rules.sha256,
        switched_off=found.rules.off,
        features=found.values,
        keys=found.keys,
        proof=found.proof,
        case_id=case_id,
        decided_at=now,
    )
    await fraud.decisions.save(connection, decision)
    await fraud.features.count(connection, payment.casino_id, found.keys, payment.currency, _asked(payment, found), now)


async def block(fraud: Fraud, uow: UnitOfWork, payment: Payment, keys: Keys, rules: InForce, verdict: Verdict) -> None:
    """Put on the block list what the rules that held name, where the verdict is to block."""
    if verdict.action is not Action.BLOCK:
        return
    for rule in rules.rules.rules:
        if rule.id in verdict.live and rule.block is not None:
            await fraud.lists.block(uow.connection, payment, keys, rule, uow.ctx.actor.id, uow.ctx.occurred_at)


async def alert(
    fraud: Fraud, uow: UnitOfWork, payment: Payment, decision_id: UUID, action: Action, rules: tuple[str, ...]
) -> UUID:
    """Tell the player's open case, or open one."""
    case_id = await fraud.cases.open_case(uow.connection, payment.player_id) or uuid7()
    raised = Alert(
        decision_id=decision_id,
        payment_id=payment.id,
        trigger=payment.trigger,
        action=action,
        rules=rules,
        raised_at=uow.ctx.occurred_at,
    )
    command = RaiseAlert(casino_id=payment.casino_id, player_id=payment.player_id, alert=raised)
    await uow.decide(fraud_case, case_id, command)
    return case_id


def _asked(payment: Payment, found: Found) -> dict[str, int]:
    if payment.trigger is Trigger.WITHDRAWAL:
        return {"withdrawals": 1, "withdrawn_minor": payment.amount_minor}
    asked = {"deposits": 1, "asked_minor": payment.amount_minor, "largest_minor": payment.amount_minor}
    if found.proof is Proof.MISSING:
        return {**asked, "unproven": 1}
    refused = found.verdict.action in REFUSING or found.proof is Proof.REFUSED
    return {**asked, "refusals": 1} if refused else asked
