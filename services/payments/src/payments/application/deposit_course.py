"""Whom a deposit is asked for from, what the rules against fraud make of it, and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.domain import Invalid
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.errors import NoProviderAvailable, ProviderNotOffered
from payments.application.fraud.deciding import Judged, judge_payment
from payments.application.fraud.ports import Payment, Signals
from payments.application.instruments.ports import ReadsDestinations
from payments.application.instruments.seeing import fingerprint_of
from payments.application.known import PlayerStanding
from payments.application.ledger import Wallet
from payments.application.ports import DepositFlow, ProviderAccount, StepUp
from payments.application.routing.deciding import Choice, Wished, asking_of, choose_provider, claim_try, logged
from payments.application.routing.named import ensure_agreed
from payments.application.routing.unrouted import deposit_refusal, unrouted
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.bounds import bounds_of
from payments.domain.deposit.errors import DepositAlreadyRequested
from payments.domain.deposit.states import Absent, Refused, Requested, asked
from payments.domain.fraud.rules import Trigger
from payments.domain.routing.strategy import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositWish:
    """What a player asks for: a provider, or a method, by which one is chosen for him.

    `device_id` is what the casino's frontend calls the device he asks from.
    `hosted`: a cashier that is not ours asks for him, and makes the call itself; its address says nothing of him.
    `told_fee_minor`: the fee that he was told, and does not pay more than; None: he does not say.
    """

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str | None
    amount_minor: int
    currency: str
    return_url: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str | None = None
    device_id: str | None = field(default=None, repr=False)
    hosted: bool = False
    told_fee_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The provider that is asked first; `chosen`, where the player named a method, and `flow`, where we call it."""

    account: ProviderAccount
    flow: DepositFlow | None
    chosen: Choice | None

    @property
    def others(self) -> tuple[str, ...]:
        """Whom it may be passed on to, the best first."""
        return () if self.chosen is None else self.chosen.decision.route[1:]

    @property
    def attempts_max(self) -> int:
        """How many providers are tried."""
        return 1 if self.chosen is None else self.chosen.decision.attempts_max


async def course_of(desk: Desk, uow: UnitOfWork, wish: DepositWish, player: PlayerStanding) -> Course:
    """Who is asked, as far as nothing else is known of the deposit.

    Raises:
        Invalid, ProviderNotOffered, NoProviderAvailable, AmountOutsidePolicy: the provider that is named takes it not.
        Unrouted: nobody takes it by this method.
        DepositAlreadyRequested: the id belongs to another deposit.
    """
    if wish.method is None:
        if wish.provider is None:
            raise Invalid("Name a method, or a provider: neither is named.", field="provider")
        flow = None if wish.hosted else deposit_flow(desk, wish.provider)
        account = await desk.offered(uow.connection, wish.casino_id, wish.provider, wish.currency)
        check_wish(flow, account, wish)
        if isinstance((await uow.load(deposit, wish.deposit_id)).state, Absent):
            await _ensure_taken(desk, uow, wish, player, account)
        return Course(account=account, flow=flow, chosen=None)
    if wish.provider is not None:
        raise Invalid("Name a provider or a method, not both.", field="method")
    known = (await uow.load(deposit, wish.deposit_id)).state
    if not isinstance(known, Absent):
        return await _as_before(desk, uow, wish, known if isinstance(known, Refused) else asked(known))
    wished = _wished(wish, wish.method)
    choice = await choose_provider(desk, uow.connection, wished, player, uow.ctx.occurred_at)
    if not choice.decision.route:
        raise unrouted(uow, choice, wished, deposit_refusal(desk, choice, wish.details))
    return await _course(desk, uow, wished, choice)


async def _ensure_taken(
    desk: Desk, uow: UnitOfWork, wish: DepositWish, player: PlayerStanding, account: ProviderAccount
) -> None:
    ensure_agreed(account, asking_of(desk, _wished(wish, ""), player, new_player=False), Direction.DEPOSIT)
    room = await desk.reconciling.store.room_minor(uow.connection, wish.casino_id, wish.currency)
    if wish.amount_minor > room.get(account.provider, wish.amount_minor):
        raise NoProviderAvailable("The provider may not hold as much more.", field="provider")


async def _as_before(desk: Desk, uow: UnitOfWork, wish: DepositWish, known: Refused | Requested) -> Course:
    """Of a deposit that was asked for before: nobody is chosen again, and nobody has to be there who could be."""
    method = wish.method if isinstance(known, Refused) else known.method
    if (known.fact.player_id, method) != (wish.player_id, wish.method):
        raise DepositAlreadyRequested(field="deposit_id")
    account = await desk.accounts.find(uow.connection, wish.casino_id, known.fact.provider)
    if account is None:
        raise ProviderNotOffered
    return Course(account=account, flow=deposit_flow(desk, account.provider), chosen=None)


async def judged(
    desk: Desk, uow: UnitOfWork, wish: DepositWish, player: PlayerStanding, course: Course, wallet: Wallet
) -> tuple[Judged, Course]:
    """What the casino's rules make of the deposit; where they want its payer to prove who he is, by another course, if
    there is one on which he can be made to.
    """
    taken = course

    async def can_be_proven() -> bool:
        nonlocal taken
        if wish.method is None:
            return course.flow is not None and course.flow.step_up(course.account) is not StepUp.NEVER
        wished = _wished(wish, wish.method, step_up=True)
        choice = await choose_provider(desk, uow.connection, wished, player, uow.ctx.occurred_at)
        if not choice.decision.route:
            return False
        taken = await _course(desk, uow, wished, choice)
        return True

    payment = Payment(
        id=wish.deposit_id,
        trigger=Trigger.DEPOSIT,
        casino_id=wish.casino_id,
        player_id=wish.player_id,
        provider=course.account.provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
    )
    charged = course.flow.instrument_of(wish.details) if isinstance(course.flow, ReadsDestinations) else None
    signals = Signals(
        ip=None if wish.hosted else uow.ctx.actor.ip,
        device_id=wish.device_id,
        charged=None if charged is None else fingerprint_of(desk, wish.player_id, charged),
    )
    found = await judge_payment(desk.fraud, uow, payment, wallet, signals, can_be_proven)
    return found, taken


async def note_course(desk: Desk, uow: UnitOfWork, wish: DepositWish, course: Course) -> None:
    """Keep why this provider was chosen, where one was, and be the one that tries it, where one may."""
    if course.chosen is not None and wish.method is not None:
        wished, now = _wished(wish, wish.method), uow.ctx.occurred_at
        await claim_try(desk, uow.connection, wished, course.chosen, course.account.provider, now)
        kept = logged(course.chosen, wished, attempt=1, now=now, provider=course.account.provider)
        await desk.routing.note(uow.connection, kept)


def deposit_flow(desk: Desk, provider: str) -> DepositFlow:
    """How money comes in through this provider; Invalid when none does."""
    flow = desk.provider(provider).deposits
    if flow is None:
        raise Invalid("No money comes in through this provider.", field="provider")
    return flow


def check_wish(flow: DepositFlow | None, account: ProviderAccount, wish: DepositWish) -> None:
    """Raise Invalid or AmountOutsidePolicy when this provider does not take the deposit as it is.

    Without a flow there is no call to make, and the casino's bounds alone count.
    """
    if flow is not None:
        flow.check_amount(wish.amount_minor, wish.currency)
        flow.check_details(wish.details)
    bounds_of(account.deposit_bounds, wish.currency).check(wish.amount_minor)


async def _course(desk: Desk, uow: UnitOfWork, wished: Wished, chosen: Choice) -> Course:
    provider = chosen.decision.route[0]
    account = await desk.offered(uow.connection, wished.casino_id, provider, wished.currency)
    return Course(account=account, flow=deposit_flow(desk, provider), chosen=chosen)


def _wished(wish: DepositWish, method: str, *, step_up: bool = False) -> Wished:
    return Wished(
        payment_id=wish.deposit_id,
        casino_id=wish.casino_id,
        player_id=wish.player_id,
        method=method,
        currency=wish.currency,
        amount_minor=wish.amount_minor,
        details=wish.details,
        step_up=step_up,
    )
