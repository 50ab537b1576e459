"""What became of a deposit is counted for everything it was asked for with."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.store import Outcome, UnitOfWork
from payments.application.fraud.looking_again import Looked
from payments.application.fraud.ports import Fraud
from payments.domain.bonus.words import BonusAction, BonusFact
from payments.domain.deposit.events import (
    DepositEvent,
    DepositFact,
    DepositFailed,
    DepositPassedOn,
    DepositReinstated,
    DepositReversed,
    DepositSucceeded,
)
from payments.domain.deposit.states import Absent, Deposit, Failed, Refused, Succeeded, asked
from payments.domain.dispute.events import DisputeEvent, DisputeOpened
from payments.domain.dispute.words import Stage
from payments.domain.fraud.rules import Trigger

Counted = DepositSucceeded | DepositFailed | DepositPassedOn | DepositReversed | DepositReinstated


async def count_deposit(
    fraud: Fraud,
    uow: UnitOfWork,
    deposit_id: UUID,
    outcome: Outcome[Deposit, DepositEvent],
    looked: Looked | None = None,
    refused: str | None = None,
) -> None:
    """Count what the provider said, for what became known with it, too. Call it last in the transaction, since others
    wait for the counters.

    `refused`: the code of the no, where what `looked` is about was tried in vain. The first no is counted as the
    deposit fails; each further card or account that is refused for it, on the same page for instance, is one more.

    A deposit that was never decided on, from before there were rules, is counted for its player alone. What we send
    back ourselves, a withdrawal to its source among it, speaks against nobody; nor does a no that is not of the payer.
    """
    counts: dict[str, int] = {}
    state = outcome.state
    refunds = {one.movement for one in state.taken_back if one.refund_id} if isinstance(state, Succeeded) else set()
    told = [one for one in outcome.events if isinstance(one, Counted) and getattr(one, "movement", None) not in refunds]
    for event in told:
        for name, number in _counts(fraud, event).items():
            counts[name] = counts.get(name, 0) + number
    if counts:
        before_minor = 0 if "credited" in counts else _credited_minor(state)
        await _count(fraud, uow, deposit_id, told[0], counts, looked, before_minor)
    elif looked is not None:
        further = {}
        if refused is not None and looked.instead and not outcome.events and not isinstance(state, Absent | Refused):
            further = _failed(fraud, asked(state).fact.provider, refused)
        await count_looked(fraud, uow, deposit_id, state, looked, further)


async def count_looked(
    fraud: Fraud,
    uow: UnitOfWork,
    deposit_id: UUID,
    state: Deposit,
    looked: Looked,
    counts: dict[str, int] | None = None,
) -> None:
    """Count the deposit for what it is paid with, where nothing else was said of it; that it was credited or failed
    before, too.
    Call it last, as above.
    """
    if (looked.fresh or looked.unproven) and not isinstance(state, Absent | Refused):
        fact = asked(state).fact
        failed = not counts and isinstance(state, Failed) and fraud.is_of_payer(fact.provider, state.code)
        await _count(fraud, uow, deposit_id, fact, counts or {}, looked, _credited_minor(state), failed=failed)


async def count_warning(
    fraud: Fraud, uow: UnitOfWork, deposit_id: UUID, paid: DepositFact, events: Iterable[DisputeEvent]
) -> None:
    """Count that a bank reported fraud, for everything the deposit was asked for with. Call it last, as above."""
    if any(isinstance(event, DisputeOpened) and event.stage is Stage.FRAUD_WARNING for event in events):
        await _count(fraud, uow, deposit_id, paid, {"fraud_warnings": 1})


async def count_bonus(fraud: Fraud, uow: UnitOfWork, fact: BonusFact) -> None:
    """Count that a bonus was given. Call it last, as above."""
    if fact.action is BonusAction.GRANT:
        keys, now = {"player": str(fact.player_id)}, uow.ctx.occurred_at
        await fraud.features.count(uow.connection, fact.casino_id, keys, fact.currency, {"bonuses": 1}, now)


async def link_contacts(
    fraud: Fraud, uow: UnitOfWork, casino_id: UUID, player_id: UUID, marks: Mapping[str, str]
) -> None:
    """Note with what a player registered, by kind of CONTACTS: who else has the same is connected with him."""
    keys = {kind: fraud.fingerprints.one(casino_id, kind, mark) for kind, mark in marks.items()}
    named = {"player": str(player_id), **{kind: key for kind, key in keys.items() if key}}
    await fraud.features.link(uow.connection, casino_id, named, uow.ctx.occurred_at)


async def _count(
    fraud: Fraud,
    uow: UnitOfWork,
    deposit_id: UUID,
    of: DepositFact,
    counts: dict[str, int],
    looked: Looked | None = None,
    credited_minor: int = 0,
    *,
    failed: bool = False,
) -> None:
    keys = dict(await fraud.decisions.keys_of(uow.connection, deposit_id, Trigger.DEPOSIT) or {})
    keys["player"] = str(of.player_id)
    looked = looked or Looked()
    if looked.unproven:
        counts = {**counts, "unproven": 1}
    await fraud.features.count(
        uow.connection,
        of.casino_id,
        keys,
        of.currency,
        counts,
        uow.ctx.occurred_at,
        fresh=looked.fresh,
        asked_minor=looked.asked_minor,
        credited_minor=credited_minor,
        failed=failed,
    )


def _credited_minor(state: Deposit) -> int:
    return state.amount_minor if isinstance(state, Succeeded) else 0


def _counts(fraud: Fraud, event: Counted) -> dict[str, int]:
    match event:
        case DepositSucceeded():
            return {"credited": 1, "credited_minor": event.amount_minor}
        case DepositFailed():
            return _failed(fraud, event.provider, event.code)
        case DepositPassedOn():
            return _failed(fraud, event.declined_by, event.code)
        case DepositReversed():
            return {"reversals": 1, "reversed_minor": event.reversed_minor}
        case DepositReinstated():
            return {"reinstatements": 1, "reinstated_minor": event.reinstated_minor}


def _failed(fraud: Fraud, provider: str, code: str) -> dict[str, int]:
    return {"failures": 1} if fraud.is_of_payer(provider, code) else {}
