"""Whom a withdrawal is paid by and where to, in that provider's words, and what the rules against fraud make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from chassis.domain import Invalid
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.destinations import whither
from payments.application.fraud.deciding import Judged, judge_payment
from payments.application.fraud.ports import Payment, Signals
from payments.application.instruments.seeing import fingerprint_of, instrument_of_destination
from payments.application.ledger import Wallet
from payments.application.ports import PayoutFlow, ProviderAccount
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.words import Instrument, may_hold_cards, plain_number
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.states import Existing


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalWish:
    """What a player asks for. The destination is personal data: it is not shown and goes nowhere in clear.

    `hosted_as`: a cashier that is not ours asks for him, knows where to pay it, and shows that as this; `instrument` is
    what it tells of that. `method`: by which of the provider's he wants it. `told_fee_minor`:
    the fee that he was told, and does not pay more than; None: he does not say.
    """

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
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
    """

    account: ProviderAccount
    flow: PayoutFlow | None
    destination: Mapping[str, str] = field(repr=False)
    shown_as: str
    instrument: Instrument | None


async def payout_course_of(desk: Desk, uow: UnitOfWork, wish: WithdrawalWish) -> PayoutCourse:
    """Who pays it, and where to.

    Raises:
        Invalid, ProviderNotOffered: it cannot be paid so.
    """
    flow = payout_flow(desk, wish.provider) if wish.hosted_as is None else None
    account = await desk.offered(uow.connection, wish.casino_id, wish.provider, wish.currency)
    destination, shown_as = wish.destination, wish.hosted_as or ""
    if flow is not None:
        flow.check_amount(wish.amount_minor, wish.currency)
        where = await whither(desk, uow.connection, wish.player_id, wish.casino_id, wish.destination)
        destination, shown_as = where.checked_for(wish.provider, flow, wish.currency)
    _refuse_card_numbers(wish.destination)
    return PayoutCourse(
        account=account,
        flow=flow,
        destination=destination,
        shown_as=shown_as,
        instrument=wish.instrument or instrument_of_destination(desk, wish.provider, destination),
    )


def _refuse_card_numbers(destination: Mapping[str, str]) -> None:
    for name in may_hold_cards(destination):
        raise Invalid("This may be the number of a card, which is kept nowhere.", field=f"destination.{name}")


def _mark(desk: Desk, wish: WithdrawalWish, course: PayoutCourse) -> str | None:
    """Of the place it goes to; None: only the cashier that asks knows it."""
    if course.instrument is not None:
        return fingerprint_of(desk, wish.player_id, course.instrument)
    if wish.hosted_as is not None:
        return None
    written = {name: plain_number(value) for name, value in course.destination.items()}
    return desk.vault.blind_index(msgspec.json.encode(written, order="sorted").decode())


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
    signals = Signals(ip=ip, device_id=wish.device_id, payout=_mark(desk, wish, course))
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
