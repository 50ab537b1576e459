"""A casino's strategy comes into force: checked, kept as its next version, and told with before and after."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import uuid7
from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.application.routing.ports import PublishedStrategy
from payments.domain.routing.strategy import Direction, Strategy, check

STRATEGY = "payments.routing_strategy"


def shown(strategy: Strategy) -> dict[str, Any]:
    """The strategy as JSON says it."""
    built: dict[str, Any] = msgspec.to_builtins(strategy)
    return built


def element_of(casino_id: UUID, direction: Direction) -> str:
    """The id of the casino's strategy among settings."""
    return str(casino_id) if direction is Direction.DEPOSIT else f"{casino_id}/{direction}"


def ways(desk: Desk, direction: Direction) -> list[str]:
    """The providers through which money goes that way."""
    incoming = direction is Direction.DEPOSIT
    return [name for name, one in desk.providers.items() if (one.deposits if incoming else one.payouts) is not None]


async def check_draft(
    desk: Desk, connection: AsyncConnection, casino_id: UUID, direction: Direction, strategy: Strategy
) -> None:
    """Raise Invalid, naming the field, when a strategy makes no sense at this casino.

    It names providers the casino has accounts at, switched on or not, and methods they offer: what names another one
    would send nothing anywhere. So accounts come before the strategy that names them.
    """
    goes = ways(desk, direction)
    accounts = [one for one in await desk.accounts.all_of(connection, casino_id) if one.provider in goes]
    methods = {method for one in accounts for method in one.methods}
    check(strategy, {one.provider for one in accounts}, methods, direction)


async def check_strategy(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, direction: Direction, strategy: Strategy
) -> PublishedStrategy | None:
    """The strategy in force now. Raises what `check_draft` raises of the new one; CasinoUnknown."""
    await desk.casino(uow.connection, casino_id)
    await check_draft(desk, uow.connection, casino_id, direction, strategy)
    return await desk.routing.strategy(uow.connection, casino_id, direction)


async def publish_strategy(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, direction: Direction, strategy: Strategy
) -> PublishedStrategy:
    """Keep it as the next version. What is asked for from now on is routed by it."""
    before = await check_strategy(desk, uow, casino_id, direction, strategy)
    published = PublishedStrategy(
        id=uuid7(),
        casino_id=casino_id,
        direction=direction,
        version=1 if before is None else before.version + 1,
        strategy=strategy,
        published_at=uow.ctx.occurred_at,
        proposed_by=str(uow.ctx.actor.id),
        approved_by=uow.ctx.authorised_by,
    )
    await desk.routing.publish(uow.connection, published)
    await uow.publish(
        SettingChanged(
            element=STRATEGY,
            element_id=element_of(casino_id, direction),
            casino_id=casino_id,
            before=None if before is None else {"version": before.version, **shown(before.strategy)},
            after={"version": published.version, **shown(strategy)},
        )
    )
    return published
