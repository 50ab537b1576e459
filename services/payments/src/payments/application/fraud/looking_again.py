"""The instrument of a deposit becomes known, mostly when it is paid, or whose the instrument of any payment is, or a
withdrawal is to go out a while after it was asked for: the casino's rules look at the payment again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.fraud.deciding import PEOPLE, alert, block, proof_of, refusal_of, wanting
from payments.application.fraud.ports import Before, Fraud, Keys, Look, Payment, Proof, Signals, known
from payments.application.fraud.rules_port import InForce
from payments.application.fraud.worth import Worth
from payments.domain.deposit.events import DepositFact
from payments.domain.fraud.features import Value, is_of_instrument, is_of_standing
from payments.domain.fraud.rules import Action, Trigger
from payments.domain.fraud.verdict import Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What follows.

    Attributes:
        refusal: the code with which the deposit would have been refused, had this been known.
        fresh: what it was not yet counted for; then `asked_minor` is what was asked for.
        unproven: its payer should have proven who he is, and nobody asked him.
        instead: it is paid with something else than was told before.
    """

    refusal: str | None = None
    fresh: frozenset[str] = frozenset()
    asked_minor: int = 0
    unproven: bool = False
    instead: bool = False


async def look_again(fraud: Fraud, uow: UnitOfWork, deposit_id: UUID, fact: DepositFact, paid_with: Signals) -> Looked:
    """Link the instrument with everything the deposit was asked for with, and judge the deposit by what was known then
    and what is known of the instrument. A rule that held before has had its consequences; of the others people hear.
    """
    connection, now = uow.connection, uow.ctx.occurred_at
    keys = fraud.fingerprints.of(fact.casino_id, fact.player_id, paid_with)
    before = await fraud.decisions.before_look(connection, deposit_id, Trigger.DEPOSIT)
    seen = {**(before.keys if before else {}), **keys}
    await fraud.features.link(connection, fact.casino_id, seen, now, proved=paid_with.proved)
    if before is None:
        return Looked()
    fresh = frozenset(kind for kind, key in keys.items() if before.keys.get(kind) != key)
    if not fresh:
        return Looked()
    await fraud.decisions.add_keys(connection, deposit_id, Trigger.DEPOSIT, keys)
    payment = Payment(id=deposit_id, trigger=Trigger.DEPOSIT, **fact.fields())
    looked = await _follow(fraud, uow, before, await _judged(fraud, uow, before, payment, keys), fresh)
    return replace(looked, instead="instrument" in fresh and "instrument" in before.keys)


async def look_at_holder(fraud: Fraud, uow: UnitOfWork, payment: Payment) -> Looked:
    """Judge the payment by what was known and what is known of its instrument now: somebody else's name is on it."""
    before = await fraud.decisions.before_look(uow.connection, payment.id, payment.trigger)
    if before is None:
        return Looked()
    return await _follow(fraud, uow, before, await _judged(fraud, uow, before, payment, before.keys), frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the rules want of a withdrawal now.

    Attributes:
        decision_id: the record of the request; None: it was never decided on.
        asked: the rules that held when it was asked for.
    """

    decision_id: UUID | None = None
    people: int = 0
    rules: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()


async def weigh_again(fraud: Fraud, uow: UnitOfWork, payment: Payment, place: Signals | None = None) -> Weighed:
    """Judge a withdrawal by what was known when it was asked for and how its player stands now. His wallet is locked.

    `place`: where it goes, for a part that goes elsewhere than was asked for.
    """
    before = await fraud.decisions.before_look(uow.connection, payment.id, payment.trigger)
    if before is None:
        return Weighed()
    keys = before.keys
    if place is not None:
        keys = {**keys, **fraud.fingerprints.of(payment.casino_id, payment.player_id, place)}
    found = await _judged(fraud, uow, before, payment, keys, is_of_standing)
    await _follow(fraud, uow, before, found, frozenset())
    verdict = found.verdict
    people = PEOPLE.get(verdict.action, 0)
    return Weighed(decision_id=before.id, people=people, rules=wanting(verdict), asked=before.asked)


@dataclass(frozen=True, slots=True)
class _Found:
    payment: Payment
    keys: Keys
    verdict: Verdict
    rules: InForce
    values: dict[str, Value]


async def _judged(
    fraud: Fraud,
    uow: UnitOfWork,
    before: Before,
    payment: Payment,
    keys: Keys,
    is_news: Callable[[str], bool] = is_of_instrument,
) -> _Found:
    connection, now = uow.connection, uow.ctx.occurred_at
    worth = Worth.by(fraud.rates, payment.currency)
    told = {**known(keys), **await fraud.features.measure(connection, payment, keys, now, worth)}
    values = {name: value for name, value in told.items() if is_news(name)}
    rules = await fraud.rules.in_force(connection, payment.casino_id, now)
    whole = {name: value for name, value in before.features.items() if not is_news(name)} | values
    verdict = judge(rules.rules, payment.trigger, whole, rules.off)
    return _Found(payment, {**before.keys, **keys}, verdict, rules, values)


async def _follow(fraud: Fraud, uow: UnitOfWork, before: Before, found: _Found, fresh: frozenset[str]) -> Looked:
    verdict, rules = found.verdict, found.rules
    counts = verdict.action is not Action.ALLOW and not set(verdict.live) <= before.rules
    proof = before.proof or proof_of(verdict, rules, possible=False) if counts else None
    refusal = refusal_of(verdict.action, proof) if counts else None
    case_id = None
    if counts:
        case_id = await alert(fraud, uow, found.payment, before.id, verdict.action, verdict.live)
        await block(fraud, uow, found.payment, found.keys, rules, verdict)
    look = Look(
        is_news=not {*verdict.live, *verdict.shadow} <= before.rules,
        verdict=verdict,
        rule_version=rules.version,
        rules_sha256=rules.rules.sha256,
        switched_off=rules.off,
        features=found.values,
        proof=proof,
        refusal=refusal,
        case_id=case_id,
        looked_at=uow.ctx.occurred_at,
    )
    await fraud.decisions.note_look(uow.connection, found.payment.id, found.payment.trigger, look)
    return Looked(
        refusal=refusal,
        fresh=fresh,
        asked_minor=found.payment.amount_minor,
        unproven=before.proof is None and proof is Proof.MISSING,
    )
