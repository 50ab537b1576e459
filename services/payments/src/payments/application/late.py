"""Money that came in although it should not have, or otherwise than it was asked for, or back to nobody: it is the
player's and is credited, and a person hears of it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from payments.application.desk import Desk, set_aside_once
from payments.application.known import CasinoRules, PlayerStanding
from payments.application.restrictions import any_wallet, standing_of
from payments.domain.deposit.events import DepositFact, DepositReinstated, DepositSucceeded
from payments.domain.deposit.reversal import unexplained
from payments.domain.deposit.standing import PERIODS, DepositStanding, LimitUse, obstacle, window_start
from payments.domain.deposit.states import Deposit, Succeeded, asked
from payments.domain.fraud.rules import Trigger
from payments.domain.withdrawal.events import WithdrawalFailed, WithdrawalReturned


@runtime_checkable
class SettlesAsSent(Protocol):
    """A deposit flow whose players send an amount themselves, and mostly not to the cent what was asked."""

    @property
    def usually_off_permille(self) -> int:
        """How far what is settled may be off what was asked, in thousandths of that, before people are told."""
        ...


async def look_into_success(desk: Desk, uow: UnitOfWork, deposit_id: UUID, success: DepositSucceeded) -> None:
    """Set it aside for a person when its player may not pay in now, when it was given up or is more than was asked for
    and is beyond his limits, and when it is another amount.

    What was not given up had its place within the limits when it was asked for, as far as that goes. What
    rules against fraud had us give up, once the instrument was known, came in against them.
    """
    await _look_into_amount(desk, uow, deposit_id, success)
    known = await _known(desk, uow, success.casino_id, success.player_id)
    if known is None:
        return
    rules, player = known
    complete = not await desk.directory.held(uow.connection, success.player_id)
    standing = standing_of(player, None, feed_fresh=complete)  # It pays what he owes, if he does.
    if success.late or success.amount_minor > success.requested_minor:
        limits = await limits_of(
            desk, uow.connection, player, success.currency, rules.time_zone, uow.ctx.occurred_at, besides=deposit_id
        )
        before = await desk.fraud.decisions.before_look(uow.connection, deposit_id, Trigger.DEPOSIT)
        standing = replace(standing, limits=limits, declined=None if before is None else before.refused_since)
    code = obstacle(standing, success.amount_minor)
    if code is not None:
        await set_aside_forbidden(desk, uow, deposit_id, success, code, success.reference)


async def set_aside_forbidden(
    desk: Desk, uow: UnitOfWork, deposit_id: UUID, paid: DepositFact, obstacle: str, reference: str | None
) -> None:
    """A deposit was paid that should not have been, for this reason."""
    await set_aside_once(
        desk,
        uow,
        casino_id=paid.casino_id,
        provider=paid.provider,
        about=deposit_id,
        code="paid_although_forbidden",
        facts={
            "obstacle": obstacle,
            "reference": reference,
            "amount_minor": paid.amount_minor,
            "currency": paid.currency,
        },
    )


async def _look_into_amount(desk: Desk, uow: UnitOfWork, deposit_id: UUID, success: DepositSucceeded) -> None:
    """What people found out themselves they know."""
    flow = desk.provider(success.provider).deposits
    usual = flow.usually_off_permille if isinstance(flow, SettlesAsSent) else 0
    off_minor = abs(success.amount_minor - success.requested_minor)
    if success.by_hand or off_minor * 1000 <= success.requested_minor * usual:
        return
    await set_aside_once(
        desk,
        uow,
        casino_id=success.casino_id,
        provider=success.provider,
        about=deposit_id,
        code="amount_differs",
        facts={
            "reference": success.reference,
            "amount_minor": success.amount_minor,
            "asked_minor": success.requested_minor,
            "currency": success.currency,
        },
    )


async def look_into_unexplained(desk: Desk, uow: UnitOfWork, deposit_id: UUID, state: Deposit) -> None:
    """Set it aside for a person when money was taken back before, and not of the payment that was credited; when
    more of it is gone than it brought; or when people had found out that it was never paid.
    """
    if not isinstance(state, Succeeded):
        return
    fact = asked(state).fact
    for word in unexplained(state):
        await set_aside_once(
            desk,
            uow,
            casino_id=fact.casino_id,
            provider=fact.provider,
            about=deposit_id,
            code="reversal_unexplained",
            facts={
                "reference": word.reference,
                "movement": word.movement,
                "amount_minor": word.amount_minor,
                "currency": word.currency,
            },
            each=True,
        )
    if fact.provider in asked(state).found_unpaid:
        await set_aside_once(
            desk,
            uow,
            casino_id=fact.casino_id,
            provider=fact.provider,
            about=deposit_id,
            code="contradicts_people",
            facts={"reference": state.reference, "amount_minor": state.amount_minor, "currency": fact.currency},
        )
    if state.reversed_minor > state.amount_minor:
        await set_aside_once(
            desk,
            uow,
            casino_id=fact.casino_id,
            provider=fact.provider,
            about=deposit_id,
            code="refunded_and_taken_back",
            facts={
                "reference": state.reference,
                "amount_minor": state.amount_minor,
                "back_minor": state.reversed_minor,
                "currency": fact.currency,
            },
        )


async def look_into_given_back(desk: Desk, uow: UnitOfWork, deposit_id: UUID, given: DepositReinstated) -> None:
    """Set it aside for a person when what came back became his cash and the house had written off what he owed: nobody
    but people can say whether it was for this.
    """
    his = given.reinstated_minor - given.recovered_minor
    if not his:
        return
    written_off = await desk.directory.written_off(uow.connection, given.player_id, given.currency)
    if not written_off:
        return
    await set_aside_once(
        desk,
        uow,
        casino_id=given.casino_id,
        provider=given.provider,
        about=deposit_id,
        code="given_back_after_write_off",
        facts={
            "reference": given.reference,
            "movement": given.movement,
            "amount_minor": his,
            "written_off_minor": written_off,
            "currency": given.currency,
        },
    )


async def look_into_return(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, back: WithdrawalFailed | WithdrawalReturned
) -> None:
    """Set it aside for a person when the player to whom money comes back is gone: nobody can ask for it any more."""
    known = await _known(desk, uow, back.casino_id, back.player_id)
    if known is None or not known[1].erased:
        return
    await set_aside_once(
        desk,
        uow,
        casino_id=back.casino_id,
        provider=back.provider,
        about=withdrawal_id,
        code="returned_to_closed_account",
        facts={"currency": back.currency},
    )


async def look_into_cancelled(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, failed: WithdrawalFailed) -> None:
    """Set it aside for a person when the player took his withdrawal back at the provider, and may not take any back
    where the casino is: the money is his again all the same.
    """
    rules = await desk.directory.casino(uow.connection, failed.casino_id, uow.ctx.occurred_at)
    if rules is None or rules.cancellation_allowed:
        return
    await set_aside_once(
        desk,
        uow,
        casino_id=failed.casino_id,
        provider=failed.provider,
        about=withdrawal_id,
        code="cancelled_by_player",
        facts={"code": failed.code, "amount_minor": failed.amount_minor, "currency": failed.currency},
    )


async def _known(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, player_id: UUID
) -> tuple[CasinoRules, PlayerStanding] | None:
    now = uow.ctx.occurred_at
    rules = await desk.directory.casino(uow.connection, casino_id, now)
    player = await desk.directory.player(uow.connection, player_id, now, rules.time_zone) if rules else None
    return (rules, player) if rules and player else None


async def deposit_standing(
    desk: Desk, connection: AsyncConnection, player: PlayerStanding, currency: str, time_zone: str, now: datetime
) -> DepositStanding:
    """What decides whether the player may pay in, his limits among it. It holds for as long as his wallet is locked."""
    age = await desk.restriction_age.of(connection, now)
    fresh = age is not None and age <= desk.feed_bound
    complete = not await desk.directory.held(connection, player.player_id)
    limits = await limits_of(desk, connection, player, currency, time_zone, now)
    wallet = await any_wallet(desk, connection, player)
    return replace(standing_of(player, wallet, feed_fresh=fresh and complete), limits=limits)


async def limits_of(
    desk: Desk,
    connection: AsyncConnection,
    player: PlayerStanding,
    currency: str,
    time_zone: str,
    now: datetime,
    *,
    besides: UUID | None = None,
) -> tuple[LimitUse, ...]:
    """The player's own limits and how much of each is used, but for one deposit.

    A limit holds in its own currency; in another one nothing is left of it, for nobody said what it would be there.
    """
    uses = []
    for period in PERIODS:
        limit = player.limits.get(period)
        if limit is None:
            continue
        if limit[1] != currency:
            uses.append(LimitUse(period=period, limit_minor=0, used_minor=0))
            continue
        since = window_start(period, now, time_zone)
        used = await desk.directory.gross_deposits(connection, player.player_id, currency, since, besides=besides)
        uses.append(LimitUse(period=period, limit_minor=limit[0], used_minor=used))
    return tuple(uses)
