"""A cashier that is not ours asks, and we decide: by the same rules, and with the same aggregates, as in our own.

What it asks to pay in is a deposit with its limits and restrictions; what it asks to pay out is a withdrawal, its money
on hold from then on. Each step of a transaction counts once, and is answered again as it was answered first.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from uuid import UUID

from chassis.domain import DomainError
from chassis.store import ConcurrentChange, UnitOfWork
from payments.application.deposit_course import DepositWish
from payments.application.deposits import hear_about_deposit, request_deposit
from payments.application.desk import Desk, set_aside, set_aside_once
from payments.application.errors import DEPOSIT_REFUSALS
from payments.application.hosted_orders import (
    APPLIED,
    This,
    begun_there,
    direction,
    is_another,
    may_carry_out,
)
from payments.application.hosted_session import who_is
from payments.application.inverted import CashierCall, InvertedCashier, Movement, Step, Verdict
from payments.application.notifications import BY_REPLACED, RECEIVED, Mail, NotificationNotGenuine, sealed
from payments.application.outcomes import NotificationOutcome as Became
from payments.application.payout_course import WithdrawalWish
from payments.application.ports import NotGenuine, Nothing, Notification, ProviderAccount, Reply
from payments.application.reconciliation.terms import may_be_paid_out
from payments.application.stores import Handled
from payments.application.unreadable import unreadable
from payments.application.withdrawals import hear_about_payout, judge_refused, request_withdrawal
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositRefused
from payments.domain.deposit.states import Absent as NoDeposit
from payments.domain.deposit.states import Refused as RefusedDeposit
from payments.domain.deposit.states import Succeeded, asked
from payments.domain.deposit.words import Declined, Settled, Underway
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import StartPayout
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.states import Approved, AtProvider, Existing, Failed
from payments.domain.withdrawal.words import Confirmed, PayoutWord, SentBack, Taken


class ApprovalNeeded(DomainError):
    """A person would have to approve it, and the cashier could pay it before he did. Ask for it in our own cashier."""

    code = "needs_people"


class CancelledBefore(DomainError):
    """The cashier said already that it will not move."""

    code = "cancelled_before"


Apply = Callable[[UnitOfWork], Awaitable[Handled]]
NOTHING_NEW = Handled(outcome=Became.NOTHING_NEW, accepted=True)


async def answer_cashier(desk: Desk, mail: Mail, step: Step) -> Reply:
    """Answer one call. A no is an answer as well.

    Raises:
        NotificationNotGenuine: nothing was believed and nothing was stored; also when there is no such account or
            cashier, so that strangers learn nothing from the difference.
        ConcurrentChange: neither a yes nor a no; it has to be asked again.
    """
    cashier = desk.cashiers.get(mail.provider)
    if cashier is None:
        raise _not_genuine("unknown")
    async with desk.app.db.read() as connection:
        account = await desk.accounts.find(connection, mail.casino_id, mail.provider)
    if account is None:
        raise _not_genuine(mail.provider)
    call = _read(desk, cashier, account, mail, step)
    verdict = await _verdict(desk, cashier, account, mail, call)
    RECEIVED.labels(mail.provider, "refused" if verdict.refused else "accepted").inc()
    return cashier.answer_call(call, verdict)


def _read(desk: Desk, cashier: InvertedCashier, account: ProviderAccount, mail: Mail, step: Step) -> CashierCall:
    for one in account.generations(desk.now()):
        with suppress(NotGenuine):
            call = cashier.read_call(one, step, mail.raw, mail.headers, mail.ip, desk.now())
            if one is not account:
                BY_REPLACED.labels(mail.provider).inc()
            return call
    raise _not_genuine(mail.provider)


async def _verdict(
    desk: Desk, cashier: InvertedCashier, account: ProviderAccount, mail: Mail, call: CashierCall
) -> Verdict:
    problem = call.problem or (None if call.player_id else "player_unknown")
    if problem is not None:
        if call.step in ("transfer", "cancel"):  # It moved, or will not: somebody has to know.
            said = replace(unreadable(mail.raw, desk.now()), kind=call.step)
            no = Handled(outcome=Became.SET_ASIDE, accepted=False, code=problem)
            ctx = desk.theirs(mail.provider, mail.casino_id, mail.ip)
            await desk.app.transact(partial(_refuse, desk, mail, said, no), ctx)
        return Verdict(refused=problem)
    try:
        if call.movement is None:
            return await who_is(desk, account, call)
        cashier.check_currency(call.movement.currency)
        return await _moved(desk, mail, call, call.movement)
    except ConcurrentChange:
        raise
    except DomainError as refusal:
        return Verdict(refused=refusal.code)


async def _moved(desk: Desk, mail: Mail, call: CashierCall, movement: Movement) -> Verdict:
    """Apply a step in one transaction; a no is kept in another, so that its repeat is a no as well.

    A no to money that moved already, or will not, is also told to a person. What names a transaction of which we have
    not heard is told to one, and not kept: asked again, it may be known.
    """
    ctx = desk.theirs(mail.provider, mail.casino_id, mail.ip)
    this = This(mail.casino_id, mail.provider, call.player_id or UUID(int=0), movement)
    said = f"{movement.tx_id}:{call.step}:{direction(movement)}:{movement.amount_minor}:{movement.currency}:{call.user}"
    if movement.settled_minor is not None:
        said += f":settled:{movement.settled_minor}"
    notification = Notification(
        # A call that contradicts us is another one: the right one may still come.
        id=f"{said}:contradicted" if this.contradicted else said,
        kind=call.step,
        said=Nothing(),
        said_at=desk.now(),
        facts=movement.facts,
    )
    reference = this.id
    step = partial(_apply, desk, call, this)
    try:
        handled = await desk.app.transact(partial(_once, desk, mail, notification, step), ctx)
    except ConcurrentChange:
        raise
    except (UnlawfulDepositWord, UnlawfulPayoutWord) as unlawful:
        if unlawful.why == "unknown_reference":
            await desk.app.transact(partial(_unheard_of, desk, mail, notification, reference), ctx)
            return Verdict(reference=reference, refused=unlawful.why)
        aside = Handled(outcome=Became.SET_ASIDE, accepted=False, code=unlawful.why)
        handled = await desk.app.transact(partial(_refuse, desk, mail, notification, aside), ctx)
    except ApprovalNeeded:
        handled = await desk.app.transact(partial(_refuse_judged, desk, mail, notification, this), ctx)
    except DomainError as refusal:
        outcome = Became.WITHOUT_CONSEQUENCE if call.step == "authorize" else Became.SET_ASIDE
        no = Handled(outcome=outcome, accepted=False, code=refusal.code)
        handled = await desk.app.transact(partial(_refuse, desk, mail, notification, no), ctx)
    return Verdict(reference=reference, refused=None if handled.accepted else handled.code or "refused")


async def _once(desk: Desk, mail: Mail, notification: Notification, step: Apply, uow: UnitOfWork) -> Handled:
    earlier = await desk.notifications.claim(uow.connection, mail.casino_id, mail.provider, notification)
    if earlier is not None:
        return replace(earlier, repeated=True)
    handled = await step(uow)
    await _note(desk, mail, notification, handled, uow)
    return handled


async def _refuse(desk: Desk, mail: Mail, notification: Notification, no: Handled, uow: UnitOfWork) -> Handled:
    """Keep a no, whose own transaction was undone; a person hears of what contradicts what we know."""
    earlier = await desk.notifications.claim(uow.connection, mail.casino_id, mail.provider, notification)
    if earlier is not None:
        return replace(earlier, repeated=True)
    await _note(desk, mail, notification, no, uow)
    return no


async def _refuse_judged(desk: Desk, mail: Mail, notification: Notification, this: This, uow: UnitOfWork) -> Handled:
    """The same for what people would have to look at: the rules' findings, which were undone with the withdrawal, stay
    with the no.
    """
    no = Handled(outcome=Became.WITHOUT_CONSEQUENCE, accepted=False, code=ApprovalNeeded.code)
    handled = await _refuse(desk, mail, notification, no, uow)
    if not handled.repeated:
        await judge_refused(desk, uow, _asked_out(this))
    return handled


async def _unheard_of(desk: Desk, mail: Mail, notification: Notification, reference: UUID, uow: UnitOfWork) -> None:
    facts = {**notification.facts, "kind": notification.kind, "our_reference": str(reference)}
    await set_aside_once(
        desk,
        uow,
        casino_id=mail.casino_id,
        provider=mail.provider,
        about=reference,
        code="unknown_reference",
        facts=facts,
    )


async def _note(desk: Desk, mail: Mail, notification: Notification, handled: Handled, uow: UnitOfWork) -> None:
    """What is set aside is told to a person."""
    aside = handled.outcome == Became.SET_ASIDE
    await desk.notifications.note(
        uow.connection,
        mail.casino_id,
        mail.provider,
        notification,
        handled,
        code=handled.code,
        **(sealed(desk, mail) if aside else {"sealed": None}),
    )
    if aside:
        await set_aside(
            uow,
            casino_id=mail.casino_id,
            provider=mail.provider,
            notification_id=notification.id,
            code=handled.code or "unclear",
            facts={"kind": notification.kind, **notification.facts},
        )


async def _apply(desk: Desk, call: CashierCall, this: This, uow: UnitOfWork) -> Handled:
    # Steps of a player's come one after the other: a cancel sees the authorize it overtakes, or is seen by it.
    await desk.ledger.lock_wallet(uow.connection, this.casino_id, this.player_id, this.movement.currency)
    if call.step == "authorize" and await desk.notifications.handled(
        uow.connection, this.casino_id, this.provider, _cancelled(this)
    ):
        raise CancelledBefore
    match call.step, this.movement.out:
        case "authorize", False:
            return await _may_pay_in(desk, uow, this)
        case "authorize", True:
            return await (may_carry_out if this.ordered else _may_have_out)(desk, uow, this)
        case _, False:
            return await _paid_in(desk, uow, this, moved=call.step == "transfer")
        case _:
            return await _went_out(desk, uow, this, moved=call.step == "transfer")


async def _may_pay_in(desk: Desk, uow: UnitOfWork, this: This) -> Handled:
    """A deposit, by all the rules of one that is made in our own cashier; then it is under way there."""
    movement = this.movement
    wish = DepositWish(
        deposit_id=this.id,
        player_id=this.player_id,
        casino_id=this.casino_id,
        provider=this.provider,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        return_url="",
        hosted=True,
    )
    outcome = await request_deposit(desk, uow, wish)
    if isinstance(outcome.state, RefusedDeposit):
        why = next((event.code for event in outcome.events if isinstance(event, DepositRefused)), "refused")
        told = DEPOSIT_REFUSALS[why].code if why in DEPOSIT_REFUSALS else why
        return Handled(outcome=Became.APPLIED, accepted=False, code=told)
    await hear_about_deposit(desk, uow, this.id, Underway(reference=movement.tx_id), uow.ctx.occurred_at)
    return APPLIED


async def _paid_in(desk: Desk, uow: UnitOfWork, this: This, *, moved: bool) -> Handled:
    movement = this.movement
    state = (await uow.load(deposit, this.id)).state
    if isinstance(state, NoDeposit | RefusedDeposit):
        if not moved:
            return await _cancel_before(desk, uow, this)
        raise UnlawfulDepositWord("unknown_reference")
    if asked(state).fact.player_id != this.player_id:
        raise UnlawfulDepositWord("player_differs")
    if this.contradicted:
        raise UnlawfulDepositWord("reference_differs")
    if not moved and isinstance(state, Succeeded):
        raise UnlawfulDepositWord("declined_after_success")
    word = (
        Settled(
            reference=movement.tx_id,
            amount_minor=movement.settled_minor or movement.amount_minor,
            currency=movement.currency,
            instrument=movement.instrument,
        )
        if moved
        else Declined(reference=movement.tx_id, code=movement.code, final=True, instrument=movement.instrument)
    )
    heard = await hear_about_deposit(desk, uow, this.id, word, uow.ctx.occurred_at)
    return APPLIED if heard.events else NOTHING_NEW


async def _may_have_out(desk: Desk, uow: UnitOfWork, this: This) -> Handled:
    """A withdrawal: its money is on hold from now on, and it counts as sent: the cashier may pay it any moment."""
    movement = this.movement
    state = (await request_withdrawal(desk, uow, _asked_out(this))).state
    if not isinstance(state, Approved):
        raise ApprovalNeeded
    policy = await desk.policies.find(uow.connection, this.casino_id, movement.currency)
    if policy is not None and policy.in_batches:
        raise ApprovalNeeded  # People release it, and the cashier waits for nobody.
    minor, currency = movement.amount_minor, movement.currency
    if not await may_be_paid_out(desk, uow, this.casino_id, this.provider, currency, minor):
        raise ApprovalNeeded
    account = await desk.offered(uow.connection, this.casino_id, this.provider, movement.currency)
    order = StartPayout(request_id=this.id, sent_as=desk.sent_as(account))
    await uow.decide(withdrawal, this.id, order)
    await hear_about_payout(desk, uow, this.id, Taken(reference=movement.tx_id))
    return APPLIED


def _asked_out(this: This) -> WithdrawalWish:
    movement = this.movement
    return WithdrawalWish(
        withdrawal_id=this.id,
        player_id=this.player_id,
        casino_id=this.casino_id,
        provider=this.provider,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        destination={"account": movement.shown_as},
        hosted_as=movement.shown_as,
        instrument=movement.instrument,
    )


async def _went_out(desk: Desk, uow: UnitOfWork, this: This, *, moved: bool) -> Handled:
    movement = this.movement
    another = this.ordered and await is_another(uow, this)
    state = (await uow.load(withdrawal, this.id)).state
    if another or not isinstance(state, Existing):
        if not moved:
            return await _cancel_before(desk, uow, this)
        raise UnlawfulPayoutWord("unknown_reference")
    if state.order.fact.player_id != this.player_id:
        raise UnlawfulPayoutWord("player_differs")
    if this.contradicted:
        raise UnlawfulPayoutWord("reference_differs")
    if not moved and not isinstance(state, AtProvider | Failed):
        raise UnlawfulPayoutWord("cancelled_after_transfer")
    amount_minor, currency, reference = movement.amount_minor, movement.currency, movement.tx_id
    gone_minor = movement.settled_minor or amount_minor
    word: PayoutWord = Confirmed(amount_minor=gone_minor, currency=currency, reference=reference)
    if not moved:
        word = SentBack(
            amount_minor=amount_minor,
            currency=currency,
            reference=reference,
            code=movement.code,
            by_player=movement.by_player,
        )
    heard = await hear_about_payout(desk, uow, this.id, word)
    return APPLIED if heard.events else NOTHING_NEW


async def _cancel_before(desk: Desk, uow: UnitOfWork, this: This) -> Handled:
    """Nothing of it was let in or out, and nothing of it will be: who asks for it after this is refused."""
    facts = {**this.movement.facts, "our_reference": str(this.id)}
    said = Notification(id=_cancelled(this), kind="cancel", said=Nothing(), said_at=uow.ctx.occurred_at, facts=facts)
    if await desk.notifications.claim(uow.connection, this.casino_id, this.provider, said) is None:
        await desk.notifications.note(
            uow.connection, this.casino_id, this.provider, said, NOTHING_NEW, code=None, sealed=None
        )
    return NOTHING_NEW


def _cancelled(this: This) -> str:
    """Of the transaction: an order of ours may come in another one."""
    return f"cancelled:{begun_there(this.casino_id, this.provider, this.movement)}"


def _not_genuine(provider: str) -> NotificationNotGenuine:
    RECEIVED.labels(provider, "not_genuine").inc()
    return NotificationNotGenuine()
