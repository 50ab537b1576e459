"""What people find out where a provider does not say what became of an order: that it paid, or that it never did.

It takes two of them. Afterwards the provider may say the same, which is no news, or otherwise, which is set aside for
people and moves nothing. Nobody sends an order elsewhere because nobody knows what became of it: what was never paid is
the player's again, and he asks for it anew; of a part of a withdrawal it waits for a person who sees the whole.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from chassis.domain import DomainError, Invalid, NotFound
from chassis.store import UnitOfWork
from contracts.payments.states import RefundStatus, WithdrawalStatus
from payments.application.cascade import second_payment_id
from payments.application.deposits import hear_about_deposit
from payments.application.desk import Desk
from payments.application.processes.payout_process import ARRIVED_WITHIN
from payments.application.refunds import check_about_refund, hear_about_refund
from payments.application.withdrawals import hear_about_payout
from payments.domain.deposit import states as d
from payments.domain.deposit import words as said_of_deposit
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import HearProvider as HearAboutDeposit
from payments.domain.refund import states as r
from payments.domain.refund import words as said_of_refund
from payments.domain.refund.aggregate import refund
from payments.domain.withdrawal import states as w
from payments.domain.withdrawal import words as said_of_payout
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import HearProvider

DECIDED_WITHIN = timedelta(days=3)
"""How long a provider that took an order has to decide it, before anybody may say that it never will."""


class StillUnderway(DomainError):
    """The order was sent lately: that it was never paid, nobody can know yet."""

    code: ClassVar[str] = "still_underway"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people found out something about, and where it stands."""

    casino_id: UUID
    player_id: UUID
    provider: str
    amount_minor: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFinding:
    """What was found out about a deposit at one of its providers (None: the one that has it now).

    Paid: how the provider calls the payment, and how much came in. Both None: it was never paid. `uncollected`: it was
    credited, and never collected: all of it, or `amount_minor`. `given_back`: so much of what was taken back came
    again, and `reference` proves it.
    """

    reference: str | None
    amount_minor: int | None
    provider: str | None
    uncollected: bool = False
    given_back: bool = False

    def word(self) -> said_of_deposit.Found:
        """The same for the domain. Invalid where reference and amount do not come together."""
        if self.uncollected:
            return said_of_deposit.FoundUncollected(amount_minor=self.amount_minor)
        if (self.reference is None) != (self.amount_minor is None):
            raise Invalid("How much came in; nothing where nobody paid.", field="amount_minor")
        if self.reference is None or self.amount_minor is None:
            return said_of_deposit.FoundUnpaid()
        if self.given_back:
            return said_of_deposit.FoundGivenBack(reference=self.reference, amount_minor=self.amount_minor)
        return said_of_deposit.FoundPaid(reference=self.reference, amount_minor=self.amount_minor)


def evidence(paid: bool, reference: str | None) -> str | None:
    """How the provider calls what it paid; None of what it never paid. Invalid where the two do not fit."""
    if paid and reference is None:
        raise Invalid("How the provider calls it.", field="reference")
    if not paid and reference is not None:
        raise Invalid("Only what was paid has one.", field="reference")
    return reference


async def check_payout(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, reference: str | None) -> About:
    """Look whether this may be said of a payout now, and lock the player's wallet so that it stays so.

    `reference`: how the provider calls what it paid; None: it never did.

    Raises:
        NotFound: no such withdrawal, or another casino's.
        PayoutOutcomeKnown: it was not sent, or the provider has said what became of it.
        UnlawfulPayoutWord: the provider calls it otherwise.
        StillUnderway: it may still be on its way.
    """
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, w.Absent):
        raise NotFound
    fact = state.order.fact
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    state = (await uow.load(withdrawal, withdrawal_id)).state
    withdrawal.decide(HearProvider(word=_of_payout(reference)), state)
    status = WithdrawalStatus.SENT if isinstance(state, w.Sent) else WithdrawalStatus.UNKNOWN
    if reference is None:
        hosted = fact.provider in desk.cashiers
        last = await desk.attempts.last(uow.connection, withdrawal_id, "payout.order")
        if hosted:  # It may pay from the moment we agreed, whoever began it.
            agreed = (await uow.history(withdrawal, withdrawal_id))[-1].meta.occurred_at
            last = agreed if last is None else max(last, agreed)
        _ensure_arrived(uow, last, taken=isinstance(state, w.Sent))
    return About(
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        provider=fact.provider,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        status=status.value,
    )


async def resolve_payout(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, reference: str | None) -> None:
    """Two people said it: the money left, or it is the player's again. Raises as `check_payout`."""
    await check_payout(desk, uow, withdrawal_id, reference)
    await hear_about_payout(desk, uow, withdrawal_id, _of_payout(reference))


async def check_refund(desk: Desk, uow: UnitOfWork, refund_id: UUID, reference: str | None) -> About:
    """As `check_payout`, of a refund.

    Raises:
        NotFound: no such refund, or another casino's.
        RefundOutcomeKnown: it was not sent, or the provider has said what became of it.
        UnlawfulRefundWord, UnlawfulDepositWord: the provider calls it otherwise, or its deposit knows of it already.
        StillUnderway: it may still be on its way.
    """
    state = (await uow.load(refund, refund_id)).state
    if isinstance(state, r.Absent):
        raise NotFound
    fact = state.fact
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    state = (await uow.load(refund, refund_id)).state
    await check_about_refund(desk, uow, refund_id, _of_refund(reference), uow.ctx.occurred_at)
    status = RefundStatus.PENDING if isinstance(state, r.Pending) else RefundStatus.UNKNOWN
    if reference is None:
        last = await desk.attempts.last(uow.connection, refund_id, "refund.order")
        _ensure_arrived(uow, last, taken=isinstance(state, r.Pending))
    return About(
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        provider=fact.provider,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        status=status.value,
    )


async def check_deposit(desk: Desk, uow: UnitOfWork, deposit_id: UUID, found: DepositFinding) -> About:
    """As `check_payout`, of a deposit at one of its providers. What was never paid moves no money, and needs no wait.

    Raises:
        NotFound: no such deposit, or another casino's.
        Invalid: its providers are others, or the payment is another deposit's.
        DepositOutcomeKnown: it was refused, or the provider has said what became of it.
        DepositNotCredited: there is nothing that could have been left uncollected, or given back.
    """
    state = (await uow.load(deposit, deposit_id)).state
    if isinstance(state, d.Absent):
        raise NotFound
    fact = state.fact if isinstance(state, d.Refused) else d.asked(state).fact
    behind = () if isinstance(state, d.Refused) else d.asked(state).earlier
    provider = found.provider or fact.provider
    if provider not in (fact.provider, *(one.provider for one in behind)):
        raise Invalid("It was never asked for there.", field="provider")
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    state = (await uow.load(deposit, deposit_id)).state
    second_id = second_payment_id(deposit_id, provider)
    if found.reference is not None:
        named = await desk.directory.deposit_called(uow.connection, fact.casino_id, provider, found.reference)
        if named not in (None, deposit_id, second_id):
            raise Invalid("Another deposit is known by it.", field="reference")
    command = HearAboutDeposit(word=found.word(), said_at=uow.ctx.occurred_at, provider=provider, second_id=second_id)
    left_minor = state.left_minor if found.uncollected and isinstance(state, d.Succeeded) else fact.amount_minor
    deposit.decide(command, state)
    return About(
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        provider=provider,
        amount_minor=found.amount_minor or left_minor,
        currency=fact.currency,
        status=type(state).__name__.lower(),
    )


async def resolve_deposit(desk: Desk, uow: UnitOfWork, deposit_id: UUID, found: DepositFinding) -> None:
    """Two people said it: it is credited, over, taken back, or given back. Raises as `check_deposit`."""
    about = await check_deposit(desk, uow, deposit_id, found)
    now = uow.ctx.occurred_at
    await hear_about_deposit(desk, uow, deposit_id, found.word(), now, provider=about.provider)


async def resolve_refund(desk: Desk, uow: UnitOfWork, refund_id: UUID, reference: str | None) -> None:
    """Two people said it: the money is gone, or the player's again. Raises as `check_refund`."""
    await check_refund(desk, uow, refund_id, reference)
    await hear_about_refund(desk, uow, refund_id, _of_refund(reference), uow.ctx.occurred_at)


def _of_payout(reference: str | None) -> said_of_payout.Found:
    return said_of_payout.FoundUnpaid() if reference is None else said_of_payout.FoundPaid(reference=reference)


def _of_refund(reference: str | None) -> said_of_refund.Found:
    return said_of_refund.FoundUnpaid() if reference is None else said_of_refund.FoundPaid(reference=reference)


def _ensure_arrived(uow: UnitOfWork, last: datetime | None, *, taken: bool) -> None:
    """Whoever sends the order notes it under the same lock, so that it is seen here, or nothing is sent any more."""
    if last is None:
        return
    after = last + (DECIDED_WITHIN if taken else ARRIVED_WITHIN)
    if uow.ctx.occurred_at < after:
        told = f"The order was sent at {last:%Y-%m-%d %H:%M} UTC. Unless its provider says so before"
        raise StillUnderway(f"{told}, that it was never paid can be said from {after:%Y-%m-%d %H:%M} UTC on.")
