"""Paying in: the request with its checks, and hearing what the provider says of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.domain import Invalid
from chassis.privacy import SubjectErased
from chassis.store import Outcome, UnitOfWork
from payments.application.desk import Desk
from payments.application.ledger import WalletUnknown, ensure_posted
from payments.application.ports import CasinoRules, DepositFlow, PlayerStanding
from payments.application.postings import deposit_transfers
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.bounds import UNBOUNDED
from payments.domain.deposit.commands import HearProvider, RequestDeposit
from payments.domain.deposit.events import DepositEvent, DepositRequested
from payments.domain.deposit.standing import PERIODS, DepositStanding, LimitUse, window_start
from payments.domain.deposit.states import Absent, ActionRequired, Deposit, Refused, asked
from payments.domain.deposit.words import ActionNeeded, DepositWord

ASK = "payments.deposit_ask"
"""The background task that makes a forgotten call and asks about what is undecided."""

PATIENCE = timedelta(seconds=15)
"""How long the request itself has for the call, before the task looks after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositWish:
    """What a player asks for."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    return_url: str


async def request_deposit(desk: Desk, uow: UnitOfWork, wish: DepositWish) -> Outcome[Deposit, DepositEvent]:
    """Check and record, before anybody is called. A deposit we refuse is recorded as refused.

    Raises:
        Invalid, CasinoUnknown, PlayerUnknown, WalletUnknown, ProviderNotOffered: it makes no sense; not recorded.
        AmountOutsidePolicy: the casino does not take as little, or as much, at once; not recorded.
        DepositAlreadyRequested: the id belongs to another deposit.
    """
    flow = deposit_flow(desk, wish.provider)
    rules = await desk.casino(uow.connection, wish.casino_id)
    await desk.player(uow.connection, wish.player_id, rules)
    wallet = await desk.ledger.lock_wallet(uow.connection, wish.casino_id, wish.player_id, wish.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    account = await desk.offered(uow.connection, wish.casino_id, wish.provider, wish.currency)
    flow.check_amount(wish.amount_minor, wish.currency)
    account.deposit_bounds.get(wish.currency, UNBOUNDED).check(wish.amount_minor)
    command = RequestDeposit(
        player_id=wish.player_id,
        casino_id=wish.casino_id,
        provider=wish.provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        return_url=wish.return_url,
        standing=await _standing(desk, uow, wish, rules),
        now=uow.ctx.occurred_at,
    )
    outcome = await uow.decide(deposit, wish.deposit_id, command)
    if any(isinstance(event, DepositRequested) for event in outcome.events):
        await schedule_question(uow, wish.deposit_id, wish.casino_id, PATIENCE)
    return outcome


async def hear_about_deposit(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, word: DepositWord, said_at: datetime
) -> Outcome[Deposit, DepositEvent]:
    """Apply the provider's word, and post the money with it when it says so. Call it last in the transaction.

    Raises:
        UnlawfulDepositWord: it fits no legal transition; nothing was changed.
        NotFound: the deposit is another casino's.
    """
    if isinstance(word, ActionNeeded):
        word = await _sealed(desk, uow, deposit_id, word)
    outcome = await uow.decide(deposit, deposit_id, HearProvider(word=word, said_at=said_at))
    transfers = deposit_transfers(deposit_id, outcome.events)
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))
    return outcome


async def schedule_question(uow: UnitOfWork, deposit_id: UUID, casino_id: UUID, after: timedelta) -> None:
    """Have the provider asked after a while, once however often this is called."""
    await uow.schedule(ASK, deposit_id, {"casino_id": str(casino_id)}, run_at=uow.ctx.occurred_at + after)


async def next_action(desk: Desk, uow: UnitOfWork, state: Deposit) -> str | None:
    """What the player has to do, in clear (JSON); None when there is nothing, or his key is gone."""
    if not isinstance(state, ActionRequired) or state.next_action is None:
        return None
    return await desk.vault.decrypt(uow.connection, asked(state).fact.player_id, state.next_action)


def deposit_flow(desk: Desk, provider: str) -> DepositFlow:
    """How money comes in through this provider; Invalid when none does."""
    flow = desk.provider(provider).deposits
    if flow is None:
        raise Invalid("No money comes in through this provider.", field="provider")
    return flow


async def _standing(desk: Desk, uow: UnitOfWork, wish: DepositWish, rules: CasinoRules) -> DepositStanding:
    """What is known of the player now: after his wallet was locked, so that no other deposit changes it."""
    player = await desk.player(uow.connection, wish.player_id, rules)
    age = await desk.restriction_age.of(uow.connection, uow.ctx.occurred_at)
    return DepositStanding(
        blocked=player.blocked,
        excluded=player.excluded,
        under_review=player.under_review,
        feed_fresh=age is not None and age <= desk.feed_bound,
        limits=await _limits(desk, uow, wish, player, rules.time_zone),
    )


async def _limits(
    desk: Desk, uow: UnitOfWork, wish: DepositWish, player: PlayerStanding, time_zone: str
) -> tuple[LimitUse, ...]:
    uses = []
    for period in PERIODS:
        limit = player.limits.get(period)
        if limit is None or limit[1] != wish.currency:
            continue
        since = window_start(period, uow.ctx.occurred_at, time_zone)
        used = await desk.directory.gross_deposits(uow.connection, wish.player_id, wish.currency, since)
        uses.append(LimitUse(period=period, limit_minor=limit[0], used_minor=used))
    return tuple(uses)


async def _sealed(desk: Desk, uow: UnitOfWork, deposit_id: UUID, word: ActionNeeded) -> ActionNeeded:
    """The same word, its secret readable with the player's key only."""
    state = (await uow.load(deposit, deposit_id)).state
    if word.next_action is None or isinstance(state, Absent | Refused):
        return replace(word, next_action=None)
    try:
        sealed = await desk.vault.encrypt(uow.connection, asked(state).fact.player_id, word.next_action)
    except SubjectErased:
        sealed = None
    return replace(word, next_action=sealed)
