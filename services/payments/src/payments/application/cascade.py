"""A deposit that one provider said no to goes on to another, and what becomes of the providers left behind."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from chassis.store import UnitOfWork
from payments.application.desk import Desk, set_aside_once
from payments.application.errors import ProviderNotOffered
from payments.application.lanes import questions
from payments.application.metrics import DEPOSITS_ENDED
from payments.application.ports import StepUp
from payments.application.restrictions import restricted_by
from payments.application.routing.deciding import Wished, choose_next, claim_try, logged
from payments.application.routing.ports import RoutingOutcome
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import may_pass_on
from payments.domain.deposit.commands import CreditSecondPayment, HearProvider, NextProvider
from payments.domain.deposit.events import (
    DepositEvent,
    DepositExpired,
    DepositFailed,
    DepositPaidTwice,
    DepositPassedOn,
    DepositSucceeded,
)
from payments.domain.deposit.states import Absent, Deposit, Refused, Requested, Succeeded, asked
from payments.domain.deposit.step_up import may_step_up
from payments.domain.deposit.words import Declined

CLOSE_EARLIER: Final = "payments.deposit_close_earlier"
"""The background task that has a provider a deposit was passed on from take no money for it any more."""


REFUND_SECOND: Final = "payments.deposit_refund_second"
"""The background task that sends a second payment back to where it came from."""


def second_payment_id(deposit_id: UUID, provider: str) -> UUID:
    """The id of the deposit that a second payment, at this provider, becomes: always the same."""
    return uuid5(deposit_id, provider)


def refund_of_second(second_id: UUID) -> UUID:
    """The id of the refund of a second payment: always the same, so that there is one."""
    return uuid5(second_id, "refund")


async def with_next(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, state: Deposit, command: HearProvider
) -> HearProvider:
    """The word; with a no, where it goes on to, or that the payer's authentication may turn it."""
    word = command.word
    if not isinstance(word, Declined) or isinstance(state, Absent | Refused):
        return command
    now = command.heard_at or command.said_at
    may_go_on = may_pass_on(state, word, now) or may_step_up(state, now)
    if not may_go_on or command.provider not in (None, asked(state).fact.provider):
        return command
    meaning = desk.provider(asked(state).fact.provider).codes.get(word.code)
    if meaning is None or not (meaning.cascade or meaning.step_up):
        return command
    if not await _still_welcome(desk, uow, asked(state)):
        return command
    if meaning.step_up:
        return replace(command, step_up=await _steps_up(desk, uow, asked(state)))
    if not may_pass_on(state, word, now):
        return command
    found = await _next(desk, uow, deposit_id, asked(state))
    return command if found is None else replace(command, next=found)


async def _steps_up(desk: Desk, uow: UnitOfWork, intent: Requested) -> bool:
    """Whether the provider that has the deposit has payers authenticated when it is asked to."""
    flow = desk.provider(intent.fact.provider).deposits
    account = await desk.accounts.find(uow.connection, intent.fact.casino_id, intent.fact.provider)
    return flow is not None and account is not None and flow.step_up(account) is StepUp.ON_REQUEST


async def _next(desk: Desk, uow: UnitOfWork, deposit_id: UUID, intent: Requested) -> NextProvider | None:
    """The first of the providers left that still takes as much; what was decided is kept with it."""
    if intent.method is None:
        return None
    fact, now = intent.fact, uow.ctx.occurred_at
    tried = [*(one.provider for one in intent.earlier), fact.provider]
    wished = Wished(
        payment_id=deposit_id,
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        method=intent.method,
        currency=fact.currency,
        amount_minor=fact.amount_minor,
        step_up=intent.step_up,
    )
    player = await desk.player(uow.connection, fact.player_id, await desk.casino(uow.connection, fact.casino_id))
    choice = await choose_next(desk, uow.connection, wished, player, now, route=intent.route, tried=tried)
    if not choice.decision.route:
        return None
    provider = choice.decision.route[0]
    try:
        account = await desk.offered(uow.connection, fact.casino_id, provider, fact.currency)
    except ProviderNotOffered:
        return None  # It was switched off this very moment.
    await claim_try(desk, uow.connection, wished, choice, provider, now)
    kept = logged(choice, wished, attempt=len(tried) + 1, now=now, provider=provider)
    await desk.routing.note(uow.connection, kept)
    return NextProvider(provider=provider, sent_as=desk.sent_as(account))


async def _still_welcome(desk: Desk, uow: UnitOfWork, intent: Requested) -> bool:
    """Whether the player may still pay in: what was recorded when he asked says nothing of now."""
    rules = await desk.casino(uow.connection, intent.fact.casino_id)
    player = await desk.player(uow.connection, intent.fact.player_id, rules)
    if await desk.directory.held(uow.connection, player.player_id):
        return False
    return await restricted_by(desk, uow.connection, player) is None


async def credit_second_payment(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, state: Deposit, twice: DepositPaidTwice, heard: HearProvider
) -> tuple[Deposit, tuple[DepositEvent, ...]]:
    """Make what another provider was paid a deposit of its own, have it sent back, and have a person look at it.

    He is told which refund it becomes: none, where the provider takes no refunds from us.
    """
    intent = asked(state) if isinstance(state, Succeeded) else None
    if intent is None:
        raise AssertionError("only what was paid can be paid twice")
    behind = next(one for one in intent.earlier if one.provider == twice.provider)
    command = CreditSecondPayment(
        player_id=twice.player_id,
        casino_id=twice.casino_id,
        provider=twice.provider,
        amount_minor=twice.amount_minor,
        currency=twice.currency,
        reference=twice.reference,
        requested_minor=intent.fact.amount_minor,
        sent_as=behind.sent_as,
        method=intent.method,
        said_at=heard.said_at,
        by_our_clock=heard.by_our_clock,
        now=uow.ctx.occurred_at,
        cash_minor=heard.cash_minor,
        owed_minor=heard.owed_minor,
        known_as=deposit_id,
        announced=behind.announced,
        given_early=behind.given_early,
    )
    outcome = await uow.decide(deposit, twice.second_id, command)
    goes_back = desk.provider(twice.provider).refunds is not None
    if goes_back:
        await uow.schedule(REFUND_SECOND, twice.second_id, {"casino_id": str(twice.casino_id)})
    await set_aside_once(
        desk,
        uow,
        casino_id=twice.casino_id,
        provider=twice.provider,
        about=deposit_id,
        code="paid_twice",
        facts={
            "reference": twice.reference,
            "amount_minor": twice.amount_minor,
            "currency": twice.currency,
            "first_provider": intent.fact.provider,
            "second_deposit": str(twice.second_id),
            "refund": str(refund_of_second(twice.second_id)) if goes_back else None,
        },
    )
    return outcome.state, tuple(outcome.events)


async def close_earlier(uow: UnitOfWork, deposit_id: UUID, state: Deposit) -> None:
    """Have every provider left behind that could still be paid take no money any more."""
    if isinstance(state, Absent | Refused):
        return
    for one in asked(state).earlier:
        if not one.closed and one.paid_as is None:
            payload = {
                "casino_id": str(asked(state).fact.casino_id),
                "deposit_id": str(deposit_id),
                "provider": one.provider,
            }
            await uow.schedule(
                CLOSE_EARLIER, second_payment_id(deposit_id, one.provider), payload, lane=questions(one.provider)
            )


async def note_outcomes(
    desk: Desk,
    uow: UnitOfWork,
    deposit_id: UUID,
    state: Deposit,
    events: Iterable[DepositEvent],
    *,
    by_us: bool = False,
) -> None:
    """Count what became of the deposit's attempts, and tell the log of decisions, where it was routed.

    `by_us`: that it failed was our doing, and says nothing of the provider.
    """
    if isinstance(state, Absent | Refused):
        return
    method = asked(state).method
    for event in events:
        became: tuple[str, RoutingOutcome, str | None]
        match event:
            case DepositSucceeded() | DepositPaidTwice():
                became = (event.provider, RoutingOutcome.SETTLED, None)
            case DepositPassedOn():
                became = (event.declined_by, RoutingOutcome.DECLINED, event.code)
            case DepositFailed():
                became = (event.provider, RoutingOutcome.EXPIRED if by_us else RoutingOutcome.DECLINED, event.code)
            case DepositExpired():
                became = (event.provider, RoutingOutcome.EXPIRED, None)
            case _:
                continue
        provider, outcome, code = became
        counted = DEPOSITS_ENDED.labels(provider, method or "", asked(state).fact.currency, outcome)
        uow.after_commit(counted.inc)
        if method is None:
            continue
        await desk.routing.ended(uow.connection, deposit_id, provider, outcome, code, uow.ctx.occurred_at)
