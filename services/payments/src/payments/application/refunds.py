"""Refunds that staff order: checked, the money put aside, sent by a process, and decided by the provider's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.auth import Caller
from chassis.domain import DomainError, Invalid, NotFound
from chassis.store import Outcome, UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.deposits import hear_about_deposit
from payments.application.desk import Desk
from payments.application.lanes import orders, questions
from payments.application.ledger import Transfer, WalletUnknown, ensure_posted
from payments.application.payment_ids import IdKind
from payments.application.postings import refund_transfers
from payments.application.processes.patience import SLOWEST_WEBHOOK
from payments.application.refund_port import RefundFlow
from payments.application.restrictions import look_at_debt
from payments.application.withdrawal_moves import tell_whole
from payments.application.withdrawal_news import is_frozen, is_under_review
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import HearProvider
from payments.domain.deposit.events import DepositReinstated, DepositReversed
from payments.domain.deposit.states import Absent as NoDeposit
from payments.domain.deposit.states import Succeeded, asked
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import HearRefund, OrderRefund, RejectRefund, StopRefund
from payments.domain.refund.errors import UnlawfulRefundWord
from payments.domain.refund.events import (
    RefundAccepted,
    RefundEvent,
    RefundFact,
    RefundFailed,
    RefundReturned,
    RefundSucceeded,
)
from payments.domain.refund.states import Absent, Refund
from payments.domain.refund.words import Found, Refunded, RefundWord, Refused
from payments.domain.withdrawal.words import PartCameBack, PartFellThrough, PartWasPaid, PartWord

SEND = "payments.refund_send"
"""The background task that sends the order to refund, and finds out what became of it."""

ASK = "payments.refund_ask"
"""The background task that asks what became of a refund the provider took, where it can be asked."""

CODE = "refund"
"""Why money of a deposit is gone, where we sent it back ourselves."""

GONE = "deposit_taken_back"
"""Why a refund was not sent: others had taken the money before."""


class DepositNotRefundable(DomainError):
    """It was not paid, or its provider takes no refunds from us, or cannot be called."""

    code = "deposit_not_refundable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What staff ask for. `even_if_held`: a hit of the player's that is confirmed by now shall not hold it."""

    refund_id: UUID
    deposit_id: UUID
    amount_minor: int
    may_owe: bool
    even_if_held: bool = False


async def check_refund(desk: Desk, uow: UnitOfWork, wish: RefundWish) -> RefundFact:
    """Look whether it could be refunded now, and lock the player's wallet so that it stays so.

    Raises:
        NotFound: no such deposit, or another casino's.
        DepositNotRefundable: it was not paid, or not through a provider that takes refunds from us, or that one cannot
            be called. That it is off is no obstacle: money goes back the way it came.
        RefundExceedsDeposit, RefundNotCovered: not as much.
    """
    order = await _order(desk, uow, wish)
    refund.decide(order, (await uow.load(refund, wish.refund_id)).state)
    return order.fact


async def order_refund(desk: Desk, uow: UnitOfWork, wish: RefundWish) -> None:
    """Put the money aside, record the order and have it sent, in one transaction.

    Raises:
        As `check_refund`; RefundAlreadyOrdered: the id belongs to another refund.
    """
    order = await _order(desk, uow, wish)
    await desk.payment_ids.claim(uow.connection, IdKind.REFUND, wish.refund_id)
    outcome = await uow.decide(refund, wish.refund_id, order)
    if outcome.events:
        about = {"casino_id": str(order.fact.casino_id)}
        await uow.schedule(SEND, wish.refund_id, about, lane=orders(order.fact.provider))
    transfers = refund_transfers(wish.refund_id, outcome.events)
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))


async def _order(desk: Desk, uow: UnitOfWork, wish: RefundWish) -> OrderRefund:
    """The command, with what holds until the transaction ends: whoever refunds or takes back waits for the wallet.

    The deposit says whose wallet that is. What became of it while the wallet was waited for is read afterwards.
    """
    paid = asked(await _paid(uow, wish.deposit_id)).fact
    if desk.provider(paid.provider).refunds is None:
        raise DepositNotRefundable("Its provider takes no refunds from us.")
    if await desk.reachable(uow.connection, paid.casino_id, paid.provider) is None:
        raise DepositNotRefundable("Its provider cannot be called: the casino has no account there, or not one to use.")
    wallet = await desk.ledger.lock_wallet(uow.connection, paid.casino_id, paid.player_id, paid.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    fact = RefundFact(
        deposit_id=wish.deposit_id,
        player_id=paid.player_id,
        casino_id=paid.casino_id,
        provider=paid.provider,
        payment=(await _paid(uow, wish.deposit_id)).reference,
        amount_minor=wish.amount_minor,
        currency=paid.currency,
        may_owe=wish.may_owe,
        fee_minor=await desk.directory.fee_of_whole(uow.connection, wish.deposit_id, wish.amount_minor),
        hit_known=wish.even_if_held and await is_under_review(desk, uow, paid.casino_id, paid.player_id),
    )
    left = await desk.directory.room(uow.connection, wish.deposit_id)
    return OrderRefund(fact=fact, left_minor=left, cash_minor=wallet.cash_minor, now=uow.ctx.occurred_at)


async def _paid(uow: UnitOfWork, deposit_id: UUID) -> Succeeded:
    state = (await uow.load(deposit, deposit_id)).state
    if not isinstance(state, Succeeded):
        raise NotFound if isinstance(state, NoDeposit) else DepositNotRefundable
    return state


async def is_gone(uow: UnitOfWork, fact: RefundFact) -> bool:
    """Whether others have taken so much of the deposit that the refund would send the player what is not there."""
    state = (await uow.load(deposit, fact.deposit_id)).state
    return isinstance(state, Succeeded) and state.reversed_minor + fact.amount_minor > state.amount_minor


async def is_held(desk: Desk, uow: UnitOfWork, fact: RefundFact) -> bool:
    """Whether a hit was confirmed that nobody knew who had it sent: then nothing goes by itself, not even to where it
    came from. The wallet is locked.
    """
    if fact.withdrawal_id is not None:
        return await is_frozen(desk, uow, fact.withdrawal_id)
    return not fact.hit_known and await is_under_review(desk, uow, fact.casino_id, fact.player_id)


async def stop_refund(
    desk: Desk, uow: UnitOfWork, refund_id: UUID, fact: RefundFact, *, rejected: bool = False
) -> Outcome[Refund, RefundEvent]:
    """Give back what was put aside for a refund that was not sent. Call it last in the transaction.

    `rejected`: by a person, who is told when it is too late (RefundAlreadySent).
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    owed = 0 if wallet is None else wallet.owed_minor
    command = RejectRefund(owed_minor=owed) if rejected else StopRefund(code=GONE, owed_minor=owed)
    outcome = await uow.decide(refund, refund_id, command)
    transfers = refund_transfers(refund_id, outcome.events)
    for event in outcome.events:
        transfers += await _tell_whole(desk, uow, refund_id, event)
    await _post(desk, uow, outcome.events, transfers)
    return outcome


async def reject_refund(desk: Desk, uow: UnitOfWork, refund_id: UUID, caller: Caller) -> None:
    """A person stops a refund that was not sent, as when its provider is off; what was put aside is the player's again.

    Raises:
        NotFound, Forbidden, StepUpNeeded: there is none, or the caller may not approve as much, there.
        RefundAlreadySent: too late.
    """
    state = (await uow.load(refund, refund_id)).state
    if isinstance(state, Absent):
        raise NotFound
    fact = state.fact
    caller.must(P.REFUND_APPROVE, fact.casino_id, fact.amount_minor, fact.currency)
    await stop_refund(desk, uow, refund_id, fact, rejected=True)


async def hear_about_refund(
    desk: Desk, uow: UnitOfWork, refund_id: UUID, word: RefundWord, said_at: datetime
) -> Outcome[Refund, RefundEvent]:
    """Apply the provider's word, and move the money with it. Call it last in the transaction.

    Raises:
        UnlawfulRefundWord, UnlawfulDepositWord: it fits no legal transition; nothing was changed.
        NotFound: the refund is another casino's.
    """
    command = await check_about_refund(desk, uow, refund_id, word, said_at)
    outcome = await uow.decide(refund, refund_id, command)
    transfers = refund_transfers(refund_id, outcome.events)
    for event in outcome.events:
        if isinstance(event, RefundAccepted):
            await schedule_question(uow, refund_id, event.fact)
        transfers += await _tell_whole(desk, uow, refund_id, event)
        moved = _of_deposit(refund_id, event)
        if moved is not None:
            now, transfers = transfers, []
            await hear_about_deposit(desk, uow, event.fact.deposit_id, moved, said_at, besides=now)
    await _post(desk, uow, outcome.events, transfers)
    return outcome


async def _post(desk: Desk, uow: UnitOfWork, events: Sequence[RefundEvent], transfers: Sequence[Transfer]) -> None:
    """Move what follows from a refund; what comes back may have paid what its player owes."""
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))
    for event in events:
        if isinstance(event, RefundFailed) and event.recovered_minor:
            fact = event.fact
            await look_at_debt(desk, uow, fact.player_id, fact.casino_id, fact.currency)


async def _tell_whole(desk: Desk, uow: UnitOfWork, refund_id: UUID, event: RefundEvent) -> list[Transfer]:
    """A refund that is a part of a withdrawal says there what became of it; what then moves for the whole."""
    fact, word = event.fact, _of_whole(event)
    if fact.withdrawal_id is None or word is None:
        return []
    return await tell_whole(desk, uow, fact.withdrawal_id, refund_id, word, fact.casino_id)


def _of_whole(event: RefundEvent) -> PartWord | None:
    match event:
        case RefundSucceeded():
            return PartWasPaid()
        case RefundFailed():
            return PartFellThrough(code=event.code, by_hand=event.by_hand)
        case RefundReturned():
            return PartCameBack(amount_minor=event.fact.amount_minor)
        case _:
            return None


async def check_about_refund(
    desk: Desk, uow: UnitOfWork, refund_id: UUID, word: RefundWord, said_at: datetime
) -> HearRefund:
    """The command with which the word is applied, once it was seen that it can be. Raises as `hear_about_refund`."""
    command = await _heard(desk, uow, refund_id, word)
    await _ensure_lawful(uow, refund_id, command, said_at)
    return command


async def _ensure_lawful(uow: UnitOfWork, refund_id: UUID, command: HearRefund, said_at: datetime) -> None:
    """Raise before anything is written when either the refund or its deposit cannot take the word.

    A movement counts once: where the deposit had heard of it otherwise, a person has to look.
    """
    for event in refund.decide(command, (await uow.load(refund, refund_id)).state):
        moved = _of_deposit(refund_id, event)
        if moved is None:
            continue
        state = (await uow.load(deposit, event.fact.deposit_id)).state
        told = deposit.decide(HearProvider(word=moved, said_at=said_at), state)
        expected = DepositReversed if isinstance(moved, TakenBack) else DepositReinstated
        if not any(isinstance(one, expected) for one in told):
            raise UnlawfulRefundWord("refund_told_otherwise")


async def _heard(desk: Desk, uow: UnitOfWork, refund_id: UUID, word: RefundWord) -> HearRefund:
    """The word, and with one that moves money what he owes: his wallet is locked first, as whoever moves it does."""
    state = (await uow.load(refund, refund_id)).state
    if isinstance(state, Absent) or not isinstance(word, Refused | Refunded | Found):
        return HearRefund(word=word)
    fact = state.fact
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    return HearRefund(word=word, owed_minor=0 if wallet is None else wallet.owed_minor)


def _of_deposit(refund_id: UUID, event: RefundEvent) -> TakenBack | GivenBack | None:
    """What it means for the deposit: it is gone of it, or there again."""
    fact = event.fact
    match event:
        case RefundSucceeded():
            return TakenBack(
                reference=fact.payment,
                movement=event.reference,
                amount_minor=fact.amount_minor,
                currency=fact.currency,
                code=CODE,
                refund_id=refund_id,
            )
        case RefundReturned():
            return GivenBack(
                reference=fact.payment,
                movement=event.reference,
                amount_minor=fact.amount_minor,
                currency=fact.currency,
                code=event.code,
            )
        case _:
            return None


async def schedule_question(uow: UnitOfWork, refund_id: UUID, fact: RefundFact) -> None:
    """Have the provider asked should it not tell by itself."""
    at = uow.ctx.occurred_at + SLOWEST_WEBHOOK
    about, lane = {"casino_id": str(fact.casino_id)}, questions(fact.provider)
    await uow.schedule(ASK, refund_id, about, run_at=at, lane=lane)


async def look_at_refund(uow: UnitOfWork, refund_id: UUID, provider: str, casino_id: UUID) -> None:
    """Have the provider asked at once: something happened to the refund there."""
    await uow.schedule(ASK, refund_id, {"casino_id": str(casino_id)}, lane=questions(provider))


def refund_flow(desk: Desk, provider: str) -> RefundFlow:
    """How money goes back through this provider; Invalid when none does."""
    flow = desk.provider(provider).refunds
    if flow is None:
        raise Invalid("No money goes back through this provider.", field="provider")
    return flow
