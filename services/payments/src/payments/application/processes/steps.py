"""What every process does beside its calls, in a transaction of its own: look where something stands, tell people."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.domain import Decider
from chassis.store import Context, UnitOfWork
from payments.application.desk import Desk, set_aside_once

State = TypeVar("State")


async def state_of(desk: Desk, decider: Decider[Any, State, Any], aggregate_id: UUID, ctx: Context) -> State:
    """Where it stands; NotFound when it is another casino's."""

    async def work(uow: UnitOfWork) -> State:
        return (await uow.load(decider, aggregate_id)).state

    return await desk.app.transact(work, ctx)


class Dealing(Protocol):
    """A casino's account at a provider, or what is paid through one."""

    @property
    def casino_id(self) -> UUID:
        """Whose."""

    @property
    def provider(self) -> str:
        """Through whom."""


async def tell_people(
    desk: Desk, name: str, dealing: Dealing, about: UUID, code: str, facts: Mapping[str, str | int | None]
) -> None:
    """Set aside what the process of this name found out about one payment, once."""
    casino_id, provider = dealing.casino_id, dealing.provider

    async def work(uow: UnitOfWork) -> None:
        await set_aside_once(desk, uow, casino_id=casino_id, provider=provider, about=about, code=code, facts=facts)

    await desk.app.transact(work, desk.ours(name, casino_id))
