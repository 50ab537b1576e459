"""Paying in: the request with its checks, and hearing what the provider says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.privacy import SubjectErased
from chassis.store import Outcome, UnitOfWork
from payments.application.cascade import (
    close_earlier,
    credit_second_payment,
    note_outcomes,
    second_payment_id,
    with_next,
)
from payments.application.deposit_course import DepositWish, course_of, deposit_flow, judged, note_course
from payments.application.deposit_room import too_many
from payments.application.desk import Desk
from payments.application.fees import fee_of_wish
from payments.application.fraud.hearing import count_deposit, count_looked
from payments.application.fraud.looking_again import Looked, look_again, look_at_holder
from payments.application.fraud.ports import Payment, Signals
from payments.application.instruments.seeing import Whose, fingerprint_of, see_instrument
from payments.application.known import CasinoRules
from payments.application.lanes import questions
from payments.application.late import (
    deposit_standing,
    look_into_given_back,
    look_into_success,
    look_into_unexplained,
    set_aside_forbidden,
)
from payments.application.ledger import Transfer, WalletUnknown, ensure_posted
from payments.application.payment_ids import IdKind
from payments.application.ports import ProviderAccount
from payments.application.postings import deposit_transfers
from payments.application.restrictions import look_at_debt
from payments.application.routing.deciding import fitting
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import deposit_of
from payments.domain.deposit.commands import ExpireDeposit, HearProvider, RequestDeposit, StopDeposit
from payments.domain.deposit.events import (
    DepositEvent,
    DepositPaidTwice,
    DepositPassedOn,
    DepositReinstated,
    DepositRequested,
    DepositReversalAnnounced,
    DepositReversed,
    DepositSteppedUp,
    DepositSucceeded,
)
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.states import (
    Absent,
    ActionRequired,
    Deposit,
    Expired,
    Failed,
    Refused,
    Requested,
    Succeeded,
    asked,
)
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Found, MovesMoney, Settled
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument, refuse_card_numbers

ASK = "payments.deposit_ask"
"""The background task that makes a forgotten call and asks about what is undecided."""

LOOK = "payments.deposit_look"
"""The background task that asks about a deposit because the provider said that something happened to it."""

CLOSE = "payments.deposit_close"
"""The background task that has the provider take no money any more for what was given up."""

PATIENCE = timedelta(seconds=15)
"""How long the request itself has for the call, before the task looks after it."""

HOSTED_PATIENCE = timedelta(days=7, minutes=1)
"""How long a cashier that is not ours has to say what became of a deposit, before it is given up."""


async def request_deposit(desk: Desk, uow: UnitOfWork, wish: DepositWish) -> Outcome[Deposit, DepositEvent]:
    """Check and record, before anybody is called. A deposit we refuse is recorded as refused.

    Raises:
        Invalid, CasinoUnknown, PlayerUnknown, WalletUnknown, ProviderNotOffered: it makes no sense; not recorded.
        Unrouted: nobody takes such a deposit by this method; the decision alone is to be kept.
        AmountOutsidePolicy: the casino does not take as little, or as much, at once; not recorded.
        FeeChanged: it costs more than he was told; not recorded.
        TooManyOpenDeposits: MOST_OPEN of his are not ended; not recorded.
        TooManyRefusedDeposits: MOST_REFUSED of his were refused lately; not recorded.
        PaymentIdTaken, DepositAlreadyRequested: the id belongs to another kind of payment, or another deposit.
    """
    refuse_card_numbers(wish.details, within="details")
    rules = await desk.casino(uow.connection, wish.casino_id)
    player = await desk.player(uow.connection, wish.player_id, rules)
    wallet = await desk.ledger.lock_wallet(uow.connection, wish.casino_id, wish.player_id, wish.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    if not wish.hosted:
        await desk.payment_ids.claim(uow.connection, IdKind.DEPOSIT, wish.deposit_id, field="deposit_id")
    crowded = await too_many(desk, uow.connection, wish.player_id, uow.ctx.occurred_at, besides=wish.deposit_id)
    if crowded is not None:
        raise crowded
    course = await course_of(desk, uow, wish, player)
    found, course = await judged(desk, uow, wish, player, course, wallet)
    account = course.account
    command = RequestDeposit(
        player_id=wish.player_id,
        casino_id=wish.casino_id,
        provider=account.provider,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        return_url=await _sealed_text(desk, uow, wish.player_id, wish.return_url),
        details=await _sealed_details(desk, uow, wish),
        sent_as=desk.sent_as(account),
        standing=replace(await _standing(desk, uow, wish, rules), declined=found.refusal),
        now=uow.ctx.occurred_at,
        method=wish.method,
        route=course.others,
        attempts_max=course.attempts_max,
        step_up=found.step_up,
        fee_minor=0 if wish.hosted else fee_of_wish(account, wish, Direction.IN),
    )
    outcome = await uow.decide(deposit, wish.deposit_id, command)
    if any(isinstance(event, DepositRequested) for event in outcome.events):
        patience = HOSTED_PATIENCE if wish.hosted else PATIENCE
        await schedule_question(uow, wish.deposit_id, outcome.state, patience)
        await note_course(desk, uow, wish, course)
    return outcome


async def hear_about_deposit(
    desk: Desk,
    uow: UnitOfWork,
    deposit_id: UUID,
    word: DepositWord | Found,
    said_at: datetime,
    *,
    provider: str | None = None,
    besides: Sequence[Transfer] = (),
) -> Outcome[Deposit, DepositEvent]:
    """Apply the provider's word, and post the money with it when it says so. Call it last in the transaction.

    `provider`: who speaks; None: whoever has the deposit now. `besides` is what the same word moves elsewhere, posted
    in the same go.

    Raises:
        UnlawfulDepositWord: it fits no legal transition; nothing was changed.
        NotFound: the deposit is another casino's.
    """
    state = (await uow.load(deposit, deposit_id)).state
    if not isinstance(state, Absent | Refused):
        itself = deposit_of(state, deposit_id, provider)
        if itself != deposit_id:
            return await hear_about_deposit(desk, uow, itself, word, said_at, besides=besides)
    if isinstance(word, ActionNeeded):
        word = await _sealed(desk, uow, state, word)
    command = HearProvider(word=word, said_at=said_at, heard_at=uow.ctx.occurred_at, provider=provider)
    command = await _heard(desk, uow, deposit_id, state, command)
    outcome = await uow.decide(deposit, deposit_id, command)
    await _close_given_up(uow, deposit_id, outcome)
    looked = Looked()
    tried = word.refused if isinstance(word, ActionNeeded) else word
    if isinstance(tried, Settled | Declined) and tried.instrument is not None:
        second_id = next((one.second_id for one in outcome.events if isinstance(one, DepositPaidTwice)), None)
        seen = _Seen(second_id or deposit_id, provider, used=isinstance(tried, Settled))
        looked = await _see(desk, uow, outcome.state, seen, tried.instrument)
    await _follow(desk, uow, deposit_id, outcome)
    transfers, moved = [*besides, *deposit_transfers(deposit_id, outcome.events)], [*outcome.events]
    for event in outcome.events:
        if isinstance(event, DepositPaidTwice):
            second, beside = await credit_second_payment(desk, uow, deposit_id, outcome.state, event, command)
            await _follow(desk, uow, event.second_id, Outcome(event.second_id, 0, second, beside))
            transfers += deposit_transfers(event.second_id, beside)
            moved += beside
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))
    await _look_at_debt(desk, uow, moved)
    await _refuse_late(desk, uow, deposit_id, outcome.state, looked)
    refused = tried.code if isinstance(tried, Declined) and _has_it(outcome.state, provider) else None
    await count_deposit(desk.fraud, uow, deposit_id, outcome, looked, refused)
    return outcome


def _has_it(state: Deposit, provider: str | None) -> bool:
    """Whether it is the provider that has the deposit now which speaks, and not one that had it before."""
    return not isinstance(state, Absent | Refused) and provider in (None, asked(state).fact.provider)


async def _follow(desk: Desk, uow: UnitOfWork, deposit_id: UUID, outcome: Outcome[Deposit, DepositEvent]) -> None:
    """What else is to be done because of what happened."""
    await note_outcomes(desk, uow, deposit_id, outcome.state, outcome.events)
    for event in outcome.events:
        match event:
            case DepositSucceeded():
                await look_into_success(desk, uow, deposit_id, event)
                await look_into_unexplained(desk, uow, deposit_id, outcome.state)
                await close_earlier(uow, deposit_id, outcome.state)
            case DepositSteppedUp():
                await schedule_question(uow, deposit_id, outcome.state, timedelta(0))
            case DepositPassedOn():
                await schedule_question(uow, deposit_id, outcome.state, timedelta(0))
                await close_earlier(uow, deposit_id, outcome.state)
            case DepositReversed() | DepositReinstated() | DepositReversalAnnounced():
                await look_into_unexplained(desk, uow, deposit_id, outcome.state)
                if isinstance(event, DepositReinstated):
                    await look_into_given_back(desk, uow, deposit_id, event)
                if isinstance(event, DepositReversalAnnounced):  # It must have been paid: find out how much.
                    await look_at_deposit(uow, deposit_id, event.casino_id, event.provider)


async def _look_at_debt(desk: Desk, uow: UnitOfWork, events: Sequence[DepositEvent]) -> None:
    """What he owes may be more now for a chargeback, or less."""
    reversals = [one for one in events if isinstance(one, DepositReversed)]
    spent = [one for one in reversals if one.charged_back and one.from_cash_minor < one.reversed_minor]
    credited = [one for one in events if isinstance(one, DepositSucceeded | DepositReinstated)]
    paid = [one for one in credited if one.recovered_minor]
    for fact in [*spent, *paid][:1]:
        await look_at_debt(desk, uow, fact.player_id, fact.casino_id, fact.currency, charged_back=bool(spent))


async def hear_about_instrument(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, told: Instrument, *, provider: str | None = None
) -> None:
    """Keep what the deposit is paid with, which its provider may tell beside everything else, and before it is paid.
    Call it last in the transaction.
    """
    state = (await uow.load(deposit, deposit_id)).state
    looked = await _see(desk, uow, state, _Seen(deposit_id, provider, used=True), told)
    await _refuse_late(desk, uow, deposit_id, state, looked)
    await count_looked(desk.fraud, uow, deposit_id, state, looked)


async def hear_about_holder(desk: Desk, uow: UnitOfWork, deposit_id: UUID) -> None:
    """The name on what the deposit is paid with is another than its player's. Call it last in the transaction."""
    state = (await uow.load(deposit, deposit_id)).state
    if isinstance(state, Absent | Refused):
        return
    fact = asked(state).fact
    payment = Payment(id=deposit_id, trigger=Trigger.DEPOSIT, **fact.fields())
    looked = await look_at_holder(desk.fraud, uow, payment)
    await _refuse_late(desk, uow, deposit_id, state, looked)
    await count_looked(desk.fraud, uow, deposit_id, state, looked)


async def _refuse_late(desk: Desk, uow: UnitOfWork, deposit_id: UUID, state: Deposit, looked: Looked) -> None:
    """What the rules would have refused, had its instrument been known: it is given up while it is not paid; else the
    money is the player's, and a person hears of it.
    """
    if looked.refusal is None:
        return
    if isinstance(state, Succeeded):
        await set_aside_forbidden(desk, uow, deposit_id, asked(state).fact, looked.refusal, state.reference)
    else:
        await give_up(desk, uow, deposit_id, StopDeposit(code=looked.refusal))


@dataclass(frozen=True, slots=True)
class _Seen:
    """With which payment, through whom, and whether it was paid by it: a card that was declined was only tried."""

    payment_id: UUID
    provider: str | None
    used: bool


async def _see(desk: Desk, uow: UnitOfWork, state: Deposit, seen: _Seen, told: Instrument) -> Looked:
    if isinstance(state, Absent | Refused):
        return Looked()
    fact = asked(state).fact
    whose = Whose(
        payment_id=seen.payment_id,
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=seen.provider or fact.provider,
        direction=Direction.IN,
        used=seen.used,
    )
    known = await desk.instruments.find(uow.connection, await see_instrument(desk, uow, whose, told))
    proved = frozenset({"instrument"} if known is not None and known.counts else ())
    paid_with = Signals(instrument=fingerprint_of(desk, fact.player_id, told), bin=told.bin, proved=proved)
    return await look_again(desk.fraud, uow, seen.payment_id, fact, paid_with)


async def _heard(desk: Desk, uow: UnitOfWork, deposit_id: UUID, state: Deposit, command: HearProvider) -> HearProvider:
    """The word, and with one that moves money what its player holds and owes: locked, so that it stays so.

    With a no it is where the deposit may go on to.
    """
    if isinstance(state, Absent | Refused):
        return command
    if not isinstance(command.word, MovesMoney):
        command = await with_next(desk, uow, deposit_id, state, command)
        if not isinstance(command.word, Declined) or not command.word.undoes:
            return command
    fact = asked(state).fact
    if command.provider is not None:
        command = replace(command, second_id=second_payment_id(deposit_id, command.provider))
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None:
        return command
    return replace(command, cash_minor=wallet.cash_minor, owed_minor=wallet.owed_minor)


async def give_up(desk: Desk, uow: UnitOfWork, deposit_id: UUID, command: ExpireDeposit | StopDeposit) -> None:
    """Wait no longer for a deposit, and have the provider take no money for it any more."""
    outcome = await uow.decide(deposit, deposit_id, command)
    await note_outcomes(desk, uow, deposit_id, outcome.state, outcome.events, by_us=True)
    await _close_given_up(uow, deposit_id, outcome)


async def _close_given_up(uow: UnitOfWork, deposit_id: UUID, outcome: Outcome[Deposit, DepositEvent]) -> None:
    state = outcome.state
    if outcome.events and isinstance(state, Failed | Expired) and not state.closed:
        fact = asked(state).fact
        await uow.schedule(CLOSE, deposit_id, {"casino_id": str(fact.casino_id)}, lane=questions(fact.provider))


async def schedule_question(uow: UnitOfWork, deposit_id: UUID, state: Deposit, after: timedelta) -> None:
    """Have the provider that has it asked after a while, once however often this is called."""
    if isinstance(state, Absent | Refused):
        return
    fact, run_at = asked(state).fact, uow.ctx.occurred_at + after
    lane = questions(fact.provider)
    await uow.schedule(ASK, deposit_id, {"casino_id": str(fact.casino_id)}, run_at=run_at, lane=lane)


async def look_at_deposit(uow: UnitOfWork, deposit_id: UUID, casino_id: UUID, provider: str) -> None:
    """Have the provider asked at once, whatever became of the deposit here: something happened to it there."""
    payload = {"casino_id": str(casino_id), "deposit_id": str(deposit_id), "provider": provider}
    await uow.schedule(LOOK, second_payment_id(deposit_id, provider), payload, lane=questions(provider))


def notification_url(desk: Desk, account: ProviderAccount) -> str:
    """Where the provider tells us what happens to money of this casino."""
    return f"{desk.public_base_url}/partner/payments/{account.provider}/{account.casino_id}/notifications"


async def return_url(desk: Desk, connection: AsyncConnection, requested: Requested) -> str | None:
    """Where the player comes back to, in clear; None when his key is gone."""
    sealed = requested.return_url
    if sealed is None or sealed.startswith(("http://", "https://")):
        return sealed  # From before it was sealed.
    return await desk.vault.decrypt(connection, requested.fact.player_id, sealed)


async def details_of(desk: Desk, connection: AsyncConnection, requested: Requested) -> Mapping[str, str] | None:
    """What the provider must know beside, in clear; None when the player's key is gone."""
    if requested.details is None:
        return {}
    plain = await desk.vault.decrypt(connection, requested.fact.player_id, requested.details)
    if plain is None:
        return None
    told = msgspec.json.decode(plain, type=dict[str, str])
    return told if requested.method is None else fitting(deposit_flow(desk, requested.fact.provider), told)


async def next_action(desk: Desk, uow: UnitOfWork, state: Deposit) -> str | None:
    """What the player has to do, in clear (JSON); None when there is nothing, or his key is gone."""
    if not isinstance(state, ActionRequired) or state.next_action is None:
        return None
    return await desk.vault.decrypt(uow.connection, asked(state).fact.player_id, state.next_action)


async def _standing(desk: Desk, uow: UnitOfWork, wish: DepositWish, rules: CasinoRules) -> DepositStanding:
    """What is known of the player now: after his wallet was locked, so that no other deposit changes it."""
    player = await desk.player(uow.connection, wish.player_id, rules)
    return await deposit_standing(desk, uow.connection, player, wish.currency, rules.time_zone, uow.ctx.occurred_at)


async def _sealed_details(desk: Desk, uow: UnitOfWork, wish: DepositWish) -> str | None:
    plain = msgspec.json.encode(dict(wish.details)).decode()
    return await _sealed_text(desk, uow, wish.player_id, plain) if wish.details else None


async def _sealed_text(desk: Desk, uow: UnitOfWork, player_id: UUID, text: str) -> str | None:
    """Readable with the player's key only; None when that is gone."""
    try:
        return await desk.vault.encrypt(uow.connection, player_id, text)
    except SubjectErased:
        return None


async def _sealed(desk: Desk, uow: UnitOfWork, state: Deposit, word: ActionNeeded) -> ActionNeeded:
    """The same word, its secret readable with the player's key only."""
    if word.next_action is None or isinstance(state, Absent | Refused):
        return replace(word, next_action=None)
    return replace(word, next_action=await _sealed_text(desk, uow, asked(state).fact.player_id, word.next_action))
