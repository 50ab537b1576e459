"""A casino's rule that is one value: kept, and told with before and after."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasinoPolicy(Generic[V]):
    """Where the value is, and how it is shown.

    Attributes:
        element: as what it is told that it changed, `payments.bonus_policy`, say.
        find: what counts at a casino now, set or not.
        save: keeps another one.
    """

    element: str
    find: Callable[[AsyncConnection, UUID], Awaitable[V]]
    save: Callable[[AsyncConnection, UUID, V, datetime], Awaitable[None]]
    shown: Callable[[V], dict[str, Any]]


async def set_casino_policy(desk: Desk, uow: UnitOfWork, policy: CasinoPolicy[V], casino_id: UUID, value: V) -> None:
    """Keep the value, and tell what changed, if it did; CasinoUnknown."""
    await desk.casino(uow.connection, casino_id)
    before = await policy.find(uow.connection, casino_id)
    if before == value:
        return
    await policy.save(uow.connection, casino_id, value, uow.ctx.occurred_at)
    await uow.publish(
        SettingChanged(
            element=policy.element,
            element_id=str(casino_id),
            casino_id=casino_id,
            before=policy.shown(before),
            after=policy.shown(value),
        )
    )
