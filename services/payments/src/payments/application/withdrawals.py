"""Money out: the request with its hold, what people decide, and hearing what the provider says."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from chassis.approvals import Authority
from chassis.approvals.canonical import sha256_of
from chassis.approvals.errors import PayloadDiffers
from chassis.auth import Caller
from chassis.domain import NotFound
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.fees import fee_of_wish
from payments.application.instruments.seeing import (
    Whose,
    instrument_id_of,
    see_instrument,
)
from payments.application.lanes import questions
from payments.application.late import look_into_cancelled, look_into_return
from payments.application.payment_ids import IdKind
from payments.application.payout_course import (
    WithdrawalWish,
    judged_payout,
    note_payout_course,
    payout_course_of,
    plan_of_wish,
    sealed_destination,
)
from payments.application.second_person import said_before
from payments.application.withdrawal_moves import ASK, WithdrawalOutcome, decide_withdrawal
from payments.application.withdrawal_news import stop_on_news
from payments.application.withdrawal_standing import ensure_few, known_destination, withdrawal_standing
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    CancelWithdrawal,
    HearProvider,
    RejectWithdrawal,
    ReleasePayout,
    RequestWithdrawal,
)
from payments.domain.withdrawal.errors import (
    DebtOutstanding,
    DestinationDisabled,
    DisputeOpen,
    LookedAtByItself,
    WithdrawalAlreadyRequested,
)
from payments.domain.withdrawal.events import WithdrawalFact, WithdrawalFailed, WithdrawalReturned
from payments.domain.withdrawal.policy import in_force
from payments.domain.withdrawal.states import Absent, Approved, AwaitingApproval, Existing, Order
from payments.domain.withdrawal.words import PayoutWord, SentBack

_NAME_IT = "Name the payload_sha256 of the withdrawal that you looked at."


async def request_withdrawal(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish) -> WithdrawalOutcome:
    """Check, put the money on hold and record, in one transaction. Blocks and exclusions do not stand in the way.

    Raises:
        Invalid, CasinoUnknown, PlayerUnknown, ProviderNotOffered: it makes no sense.
        Unrouted: nobody pays such a withdrawal by this method; the decision alone is to be kept.
        VerificationRequired, DebtOutstanding, AmountOutsidePolicy, InsufficientFunds: he may not have it, or not yet.
        DisputeOpen: a bank wants a payment of his back.
        DestinationDisabled: nothing is paid there any more.
        FeeChanged: it costs more than he was told.
        PaymentIdTaken, WithdrawalAlreadyRequested: the id belongs to another kind of payment, or another withdrawal.
        TooManyOpenWithdrawals: MOST_OPEN of his have not ended.
    """
    rules = await desk.casino(uow.connection, wish.casino_id)
    player = await desk.player(uow.connection, wish.player_id, rules)
    course = await payout_course_of(desk, uow, wish, player)
    policy = await desk.policies.find(uow.connection, wish.casino_id, wish.currency)
    destination = await sealed_destination(desk, uow, wish, course)
    wallet = await desk.ledger.lock_wallet(uow.connection, wish.casino_id, wish.player_id, wish.currency)
    if wish.hosted_as is None:
        await desk.payment_ids.claim(uow.connection, IdKind.WITHDRAWAL, wish.withdrawal_id, field="withdrawal_id")
    await _ensure_his_and_few(desk, uow, wish)
    told, provider = course.instrument, course.account.provider
    instrument_id = None if told is None else instrument_id_of(desk, wish.player_id, told)
    if told is not None:
        await see_instrument(desk, uow, _whose(wish, provider), told)
    judged = await judged_payout(desk, uow, wish, course, wallet)
    command = RequestWithdrawal(
        player_id=wish.player_id,
        casino_id=wish.casino_id,
        provider=provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        destination=destination,
        shown_as=course.shown_as,
        policy=in_force(policy, wish.currency, 0 if wallet is None else wallet.cash_minor),
        standing=replace(
            await withdrawal_standing(desk, uow.connection, rules, player, wallet, uow.ctx.occurred_at),
            people=judged.people,
            rules=judged.rules,
            day_total_minor=await _day_total(desk, uow, wish),
            **await known_destination(desk, uow, instrument_id),
        ),
        now=uow.ctx.occurred_at,
        instrument_id=instrument_id,
        fee_minor=0 if course.flow is None or course.repeated else fee_of_wish(course.account, wish, Direction.OUT),
        method=wish.method,
        goes=(await plan_of_wish(desk, uow, wish, provider, told)).goes,
    )
    outcome = await decide_withdrawal(desk, uow, wish.withdrawal_id, command)
    if outcome.events:
        await note_payout_course(desk, uow, wish, course)
    return outcome


async def judge_refused(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish) -> None:
    """Keep what the casino's rules make of a withdrawal that is refused because people would have to look at it: they
    see what was asked for, and it counts as if it had been let stand. Call it last in the transaction.

    Raises:
        What `request_withdrawal` raises where it makes no sense.
    """
    player = await desk.player(uow.connection, wish.player_id, await desk.casino(uow.connection, wish.casino_id))
    course = await payout_course_of(desk, uow, wish, player)
    wallet = await desk.ledger.lock_wallet(uow.connection, wish.casino_id, wish.player_id, wish.currency)
    await judged_payout(desk, uow, wish, course, wallet)


async def _ensure_his_and_few(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish) -> None:
    """Refuse the id of another player's withdrawal while nothing but his own wallet is locked, since whoever waits for
    another's while he holds his own waits in a circle. Read under that lock, so that of two at once the second one
    sees the first.
    """
    known = (await uow.load(withdrawal, wish.withdrawal_id)).state
    if isinstance(known, Existing):
        if known.order.fact.player_id != wish.player_id:
            raise WithdrawalAlreadyRequested(field="withdrawal_id")
        return
    await ensure_few(desk, uow.connection, wish.player_id)


async def _day_total(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish) -> int:
    """What else he asked for: read under his wallet's lock, so that of two at once the second one sees the first."""
    since = uow.ctx.occurred_at - timedelta(hours=24)
    return await desk.directory.asked_out(
        uow.connection, wish.player_id, wish.currency, since, besides=wish.withdrawal_id
    )


async def hear_about_payee(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, fact: WithdrawalFact, told: Instrument
) -> None:
    """Keep what a payout goes to, as its provider tells."""
    whose = Whose(
        payment_id=withdrawal_id,
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=fact.provider,
        direction=Direction.OUT,
    )
    await see_instrument(desk, uow, whose, told)


def _whose(wish: WithdrawalWish, provider: str) -> Whose:
    return Whose(
        payment_id=wish.withdrawal_id,
        player_id=wish.player_id,
        casino_id=wish.casino_id,
        provider=provider,
        direction=Direction.OUT,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody looked at a withdrawal before he approved it.

    Attributes:
        sha256: of the order as he saw it, see `order_sha256`; None: he does not say.
        authority: can tell what those hold who approved before him.
    """

    sha256: str | None
    authority: Authority


async def approve_withdrawal(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, caller: Caller, look: Look | None = None
) -> WithdrawalOutcome:
    """A person says yes; the last one needed sets the payout going. The record also names who had said it before.

    Where something has become known that nobody knew, that is recorded instead: he is told, and says yes once he knows,
    naming what he saw, be it to one that a single person lets go.

    Where two must, the rules are those of `chassis.approvals`: a proof of a moment ago from both, the first yes counts
    for a day and as long as whoever said it may still say it, and the second one names what he saw.

    Raises:
        NotFound, Forbidden, StepUpNeeded: the caller may not approve as much, there, or must prove again who he is.
        LookedAtByItself: it takes two, or something became known of it, and he approves many at once.
        PayloadDiffers: he saw another order; or he does not say which, and is the second of two, or something became
            known of it.
        DisputeOpen: a bank wants a payment of the player's back: it may be rejected, or waits.
        SecondPersonRequired: he said yes before, or one human may be behind him and whoever did.
        PolicyStale: nobody can tell at the moment whether the first one still may.
        DestinationDisabled: nothing is paid there any more; reject it.
    """
    now = uow.ctx.occurred_at
    state = await locked(desk, uow, withdrawal_id, caller)
    if isinstance(state, AwaitingApproval):
        await _refuse_hopeless(desk, uow, withdrawal_id, state)
        stopped = await stop_on_news(desk, uow, withdrawal_id, state.order)
        if stopped is not None:
            return stopped
        _ensure_looked(withdrawal_id, state, look)
    if not isinstance(state, AwaitingApproval) or state.needed < 2 or look is None:
        return await decide_withdrawal(desk, uow, withdrawal_id, ApproveWithdrawal(approver=str(caller.id), now=now))
    before = await said_before(caller, state.order.fact, state.yeses, look.authority, now)
    if before.standing and str(caller.id) not in before.standing and look.sha256 is None:
        raise PayloadDiffers(_NAME_IT)
    command = ApproveWithdrawal(approver=str(caller.id), now=now, lost=before.lost)
    return await decide_withdrawal(desk, uow, withdrawal_id, command, authorised_by=before.named)


async def locked(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, caller: Caller) -> Existing:
    """One that the caller may approve, as it stands under its player's wallet's lock: of two at once the second one
    sees the first.
    """
    fact = (await within_ceiling(uow, withdrawal_id, caller, P.WITHDRAWAL_APPROVE)).order.fact
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    return await within_ceiling(uow, withdrawal_id, caller, P.WITHDRAWAL_APPROVE)


def _ensure_looked(withdrawal_id: UUID, state: AwaitingApproval, look: Look | None) -> None:
    """Nobody says yes to what he has not seen: a page from before the news, or a list of many, does not show them."""
    news = bool(state.order.news)
    if look is None:
        if news or state.needed > 1:
            raise LookedAtByItself
        return
    if look.sha256 not in (None, order_sha256(withdrawal_id, state.order)):
        raise PayloadDiffers
    if news and look.sha256 is None:
        raise PayloadDiffers(_NAME_IT)


async def _refuse_hopeless(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, state: AwaitingApproval) -> None:
    """What has come in between: a bank wants money back or has it, or what it goes to was switched off."""
    await refuse_owing(desk, uow, state.order.fact)
    known = await desk.instruments.of_payment(uow.connection, withdrawal_id, Direction.OUT)
    if known is not None and known.disabled:
        raise DestinationDisabled


async def refuse_owing(desk: Desk, uow: UnitOfWork, fact: WithdrawalFact) -> None:
    """Raise DebtOutstanding or DisputeOpen while the player owes money, or a bank wants some; locks his wallet."""
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is not None and wallet.in_debt:
        raise DebtOutstanding
    if await desk.directory.disputed(uow.connection, fact.player_id, uow.ctx.occurred_at):
        raise DisputeOpen


def order_sha256(withdrawal_id: UUID, order: Order) -> str:
    """Of all that is paid: how much, to whom and where, and of how often something became known since. The destination
    counts as it is sealed.
    """
    told = {name: value for name, value in order.fact.fields().items() if name != "fee_minor" or value}
    fact = {name: str(value) for name, value in told.items()}
    sha256 = sha256_of({**fact, "withdrawal_id": str(withdrawal_id), "destination": order.destination})
    for _ in order.news:
        sha256 = stopped_sha256(sha256)
    return sha256


def stopped_sha256(before: str) -> str:
    """Of an order of which something became known, by what it was before. It does not say what: the words are few
    enough to be tried, and not for everybody to know.
    """
    return sha256_of({"before": before, "stopped": True})


async def reject_withdrawal(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, caller: Caller, reason: str
) -> WithdrawalOutcome:
    """A person says no; the money goes back into the wallet.

    Raises:
        NotFound, Forbidden, StepUpNeeded: the caller may not reject as much, there.
    """
    await within_ceiling(uow, withdrawal_id, caller, P.WITHDRAWAL_REJECT)
    return await decide_withdrawal(desk, uow, withdrawal_id, RejectWithdrawal(rejecter=str(caller.id), reason=reason))


async def release_payout(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, caller: Caller, batch_id: UUID
) -> WithdrawalOutcome:
    """Let an approved withdrawal go out with a batch; nothing happens to one that is not, or went with another. One of
    which something became known since is approved anew instead.

    Raises:
        NotFound, Forbidden, StepUpNeeded: the caller may not approve as much, there.
    """
    state = await locked(desk, uow, withdrawal_id, caller)
    if isinstance(state, Approved) and state.batch_id is None:
        stopped = await stop_on_news(desk, uow, withdrawal_id, state.order)
        if stopped is not None:
            return stopped
    return await decide_withdrawal(desk, uow, withdrawal_id, ReleasePayout(batch_id=batch_id))


async def within_ceiling(uow: UnitOfWork, withdrawal_id: UUID, caller: Caller, permission: P) -> Existing:
    """The withdrawal as it stands, once the caller was seen to hold the permission for its casino and its amount."""
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, Absent):
        raise NotFound
    fact = state.order.fact
    caller.must(permission, fact.casino_id, fact.amount_minor, fact.currency)
    return state


async def cancel_withdrawal(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, player_id: UUID) -> WithdrawalOutcome:
    """The player takes it back, where his casino's jurisdiction lets him. NotFound when it is not his."""
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, Absent) or state.order.fact.player_id != player_id:
        raise NotFound
    rules = await desk.casino(uow.connection, state.order.fact.casino_id)
    return await decide_withdrawal(desk, uow, withdrawal_id, CancelWithdrawal(allowed=rules.cancellation_allowed))


async def hear_about_payout(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, word: PayoutWord) -> WithdrawalOutcome:
    """Apply the provider's word, and move the money with it. Call it last in the transaction.

    Raises:
        UnlawfulPayoutWord: it fits no legal transition; nothing was changed.
        NotFound: the withdrawal is another casino's.
    """
    outcome = await decide_withdrawal(desk, uow, withdrawal_id, HearProvider(word=word))
    for event in outcome.events:
        if isinstance(event, WithdrawalFailed | WithdrawalReturned):
            await look_into_return(desk, uow, withdrawal_id, event)
        if isinstance(event, WithdrawalFailed) and isinstance(word, SentBack) and word.by_player:
            await look_into_cancelled(desk, uow, withdrawal_id, event)
    return outcome


async def look_at_payout(uow: UnitOfWork, withdrawal_id: UUID, provider: str, casino_id: UUID) -> None:
    """Have the provider asked at once: something happened to the payout there."""
    await uow.schedule(ASK, withdrawal_id, {"casino_id": str(casino_id)}, lane=questions(provider))
