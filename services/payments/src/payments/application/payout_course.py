"""Whom a withdrawal is paid by and where to, in that provider's words, and what the rules against fraud make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import msgspec

from chassis.domain import Invalid
from chassis.domain.numbers import plain_number
from chassis.store import UnitOfWork
from payments.application.closed_loop.planning import Divide, seen
from payments.application.desk import Desk
from payments.application.destinations import Whither, whither
from payments.application.errors import ProviderNotOffered
from payments.application.fraud.deciding import Judged, judge_payment
from payments.application.fraud.ports import Payment, Signals
from payments.application.instruments.seeing import fingerprint_of, instrument_id_of, instrument_of_destination
from payments.application.known import PlayerStanding
from payments.application.ledger import Wallet
from payments.application.ports import PayoutFlow, ProviderAccount
from payments.application.routing.deciding import Choice, logged
from payments.application.routing.named import ensure_agreed
from payments.application.routing.payouts import Outgoing, choose_payer, paying, payout_asking
from payments.application.routing.unrouted import payout_refusal, unrouted
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.words import Instrument, refuse_card_numbers
from payments.domain.routing.float import Float
from payments.domain.routing.strategy import Direction
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.closed_loop import Plan
from payments.domain.withdrawal.destination import KIND
from payments.domain.withdrawal.errors import WithdrawalAlreadyRequested
from payments.domain.withdrawal.states import Existing


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalWish:
    """What a player asks for. The destination is personal data: it is not shown and goes nowhere in clear.

    `hosted_as`: a cashier that is not ours asks for him, knows where to pay it, and shows that as this; `instrument` is
    what it tells of that. Of `provider` and `method` he names one; by a method the provider is chosen for him.
    `told_fee_minor`: the fee that he was told, and does not pay more than; None: he does not say.
    """

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str | None
    amount_minor: int
    currency: str
    destination: Mapping[str, str] = field(repr=False)
    device_id: str | None = field(default=None, repr=False)
    hosted_as: str | None = None
    instrument: Instrument | None = None
    method: str | None = None
    told_fee_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutCourse:
    """Who pays, and where to.

    Attributes:
        flow: None: a cashier that is not ours pays.
        destination: in the provider's words.
        shown_as: what staff may see of it.
        instrument: what is there, where that can be told.
        chosen: where the player named a method.
        repeated: it was asked for before, and goes where it went then.
    """

    account: ProviderAccount
    flow: PayoutFlow | None
    destination: Mapping[str, str] = field(repr=False)
    shown_as: str
    instrument: Instrument | None
    chosen: Choice | None = None
    repeated: bool = False


async def payout_course_of(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, player: PlayerStanding) -> PayoutCourse:
    """Who pays it, and where to.

    Raises:
        Invalid, ProviderNotOffered, NoProviderAvailable: it cannot be paid so.
        Unrouted: nobody pays such a withdrawal by this method.
        WithdrawalAlreadyRequested: the id belongs to another withdrawal.
    """
    if wish.method is not None and wish.provider is not None:
        raise Invalid("Name a provider or a method, not both.", field="method")
    if wish.method is not None:
        return await _by_method(desk, uow, wish, wish.method, player)
    if wish.provider is None:
        raise Invalid("Name a method, or a provider: neither is named.", field="provider")
    provider = wish.provider
    flow = payout_flow(desk, provider) if wish.hosted_as is None else None
    account = await desk.offered(uow.connection, wish.casino_id, provider, wish.currency)
    destination, shown_as = wish.destination, wish.hosted_as or ""
    if flow is not None:
        flow.check_amount(wish.amount_minor, wish.currency)
        where = await whither(desk, uow.connection, wish.player_id, wish.casino_id, wish.destination)
        destination, shown_as = where.checked_for(provider, flow, wish.currency)
    refuse_card_numbers(wish.destination, within="destination")
    instrument = wish.instrument or instrument_of_destination(desk, provider, destination)
    if not isinstance((await uow.load(withdrawal, wish.withdrawal_id)).state, Existing):
        pays = (await plan_of_wish(desk, uow, wish, provider, instrument)).named_minor
        await _ensure_paid(desk, uow, wish, player, account, pays)
    return PayoutCourse(account=account, flow=flow, destination=destination, shown_as=shown_as, instrument=instrument)


async def plan_of_wish(
    desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, provider: str, instrument: Instrument | None
) -> Plan:
    """Where it would go now, were it paid by this provider, to what is there."""
    what = Divide(
        player_id=wish.player_id,
        casino_id=wish.casino_id,
        provider=provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        instrument_id=None if instrument is None else instrument_id_of(desk, wish.player_id, instrument),
        method=wish.method,
    )
    return (await seen(desk, uow.connection, what)).plan


async def _ensure_paid(
    desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, player: PlayerStanding, account: ProviderAccount, pays_minor: int
) -> None:
    floats = await desk.floats.of_currency(uow.connection, wish.casino_id, wish.currency)
    held = floats.get(account.provider, Float()).free_minor(uow.ctx.occurred_at)
    asking = payout_asking(desk, outgoing_of(wish, "", Whither()), player)
    ensure_agreed(account, asking, Direction.WITHDRAWAL, float_minor=held, pays_minor=pays_minor)


async def _by_method(
    desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, method: str, player: PlayerStanding
) -> PayoutCourse:
    refuse_card_numbers(wish.destination, within="destination")
    where = await whither(desk, uow.connection, wish.player_id, wish.casino_id, wish.destination)
    if not where.for_anybody:
        raise Invalid("Say its kind: no provider is named.", field=f"destination.{KIND}")
    known = (await uow.load(withdrawal, wish.withdrawal_id)).state
    if isinstance(known, Existing):
        if (known.order.fact.player_id, known.order.method) != (wish.player_id, method):
            raise WithdrawalAlreadyRequested(field="withdrawal_id")
        before = await desk.accounts.find(uow.connection, wish.casino_id, known.order.fact.provider)
        if before is None:
            raise ProviderNotOffered
        return _course(desk, wish, where, before, None)
    outgoing = replace(outgoing_of(wish, method, where), pays_minor=await _pays_minor(desk, uow, wish, where))
    choice = await choose_payer(desk, uow.connection, outgoing, player, uow.ctx.occurred_at)
    if not choice.decision.route:
        raise unrouted(uow, choice, outgoing, payout_refusal(choice, f"destination.{KIND}"))
    account = await desk.offered(uow.connection, wish.casino_id, choice.decision.route[0], wish.currency)
    return _course(desk, wish, where, account, choice)


async def _pays_minor(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, where: Whither) -> dict[str, int]:
    """By provider that can pay there: what of it would go out there."""
    found = {}
    for account in paying(desk, await desk.accounts.all_of(uow.connection, wish.casino_id)):
        provider, flow = account.provider, payout_flow(desk, account.provider)
        if where.payable_by(provider, flow, wish.currency):
            destination, _ = where.checked_for(provider, flow, wish.currency)
            instrument = instrument_of_destination(desk, provider, destination)
            found[provider] = (await plan_of_wish(desk, uow, wish, provider, instrument)).named_minor
    return found


def _course(
    desk: Desk, wish: WithdrawalWish, where: Whither, account: ProviderAccount, choice: Choice | None
) -> PayoutCourse:
    flow = payout_flow(desk, account.provider)
    destination, shown_as = where.checked_for(account.provider, flow, wish.currency)
    return PayoutCourse(
        account=account,
        flow=flow,
        destination=destination,
        shown_as=shown_as,
        instrument=instrument_of_destination(desk, account.provider, destination),
        chosen=choice,
        repeated=choice is None,
    )


def outgoing_of(wish: WithdrawalWish, method: str, where: Whither) -> Outgoing:
    """What is looked at where its provider is chosen."""
    return Outgoing(
        payment_id=wish.withdrawal_id,
        casino_id=wish.casino_id,
        player_id=wish.player_id,
        method=method,
        currency=wish.currency,
        amount_minor=wish.amount_minor,
        where=where,
    )


async def note_payout_course(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, course: PayoutCourse) -> None:
    """Keep why this provider was chosen, where one was."""
    choice = course.chosen
    if choice is not None:
        outgoing = outgoing_of(wish, choice.asking.method, Whither())
        now, provider = uow.ctx.occurred_at, course.account.provider
        await desk.routing.note(uow.connection, logged(choice, outgoing, attempt=1, now=now, provider=provider))


def _mark(desk: Desk, wish: WithdrawalWish, course: PayoutCourse) -> str | None:
    """Of the place it goes to; None: only the cashier that asks knows it."""
    if course.instrument is not None:
        return fingerprint_of(desk, wish.player_id, course.instrument)
    if wish.hosted_as is not None:
        return None
    written = {name: plain_number(value) for name, value in course.destination.items()}
    return desk.vault.blind_index(msgspec.json.encode(written, order="sorted").decode())


async def _is_proved(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, course: PayoutCourse) -> bool:
    """Whether he paid in from there, or was paid there before, and nobody found that it is somebody else's."""
    if course.instrument is None:
        return False
    known = await desk.instruments.find(uow.connection, instrument_id_of(desk, wish.player_id, course.instrument))
    return known is not None and known.counts


async def judged_payout(
    desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, course: PayoutCourse, wallet: Wallet | None
) -> Judged:
    """What the casino's rules make of it, at the place it goes to."""
    payment = Payment(
        id=wish.withdrawal_id,
        trigger=Trigger.WITHDRAWAL,
        casino_id=wish.casino_id,
        player_id=wish.player_id,
        provider=course.account.provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
    )
    ip = uow.ctx.actor.ip if wish.hosted_as is None else None  # Else it is the other cashier that calls, for everybody.
    proved = await _is_proved(desk, uow, wish, course)
    signals = Signals(
        ip=ip,
        device_id=wish.device_id,
        payout=_mark(desk, wish, course),
        proved=frozenset({"payout"} if proved else ()),
    )
    return await judge_payment(desk.fraud, uow, payment, wallet, signals)


async def sealed_destination(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish, course: PayoutCourse) -> str:
    """Under the player's key. No two ciphertexts are alike: the one on record is used again when it says the same,
    so that the same request is recognised, and one to elsewhere is not taken for it."""
    state = (await uow.load(withdrawal, wish.withdrawal_id)).state
    if isinstance(state, Existing) and state.order.fact.player_id == wish.player_id:
        recorded = await desk.vault.decrypt(uow.connection, wish.player_id, state.order.destination)
        if recorded is not None and msgspec.json.decode(recorded) == course.destination:
            return state.order.destination
    destination = msgspec.json.encode(dict(course.destination)).decode()
    return await desk.vault.encrypt(uow.connection, wish.player_id, destination)


def payout_flow(desk: Desk, provider: str) -> PayoutFlow:
    """How money goes out through this provider; Invalid when none does."""
    flow = desk.provider(provider).payouts
    if flow is None:
        raise Invalid("No money goes out through this provider.", field="provider")
    return flow
