"""Withdrawals that begin on a provider's page: which those are, and what follows where they end without being paid."""

from typing import ClassVar
from uuid import UUID

from chassis.domain import DomainError, Invalid
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.lanes import orders, questions
from payments.application.request_port import RequestedThere

LOOK = "payments.payout_look"
"""The background task that looks what a player asked for on a provider's page, and puts it on hold."""

DROP = "payments.payout_drop"
"""The background task that drops a player's request at the provider, since it will not be paid."""


class PageUnavailable(DomainError):
    """The provider's page cannot be had now. Nothing was asked for; try again later."""

    code: ClassVar[str] = "page_unavailable"
    status: ClassVar[int] = 503


class PageRefused(DomainError):
    """The provider gives this player no page."""

    code: ClassVar[str] = "page_refused"


def requested_there(desk: Desk, provider: str) -> RequestedThere | None:
    """The flow of a provider on whose page players ask for their money; None: it has no such page."""
    found = desk.providers.get(provider)
    flow = None if found is None else found.payouts
    return flow if isinstance(flow, RequestedThere) else None


def page_flow(desk: Desk, provider: str) -> RequestedThere:
    """The same; Invalid when there is none."""
    flow = requested_there(desk, provider)
    if flow is None:
        raise Invalid("Money is not asked for on a page of this provider's.", field="provider")
    return flow


async def drop_request(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, provider: str, casino_id: UUID) -> None:
    """Have the provider pay nothing for it, where it keeps the player's request."""
    if requested_there(desk, provider) is not None:
        await uow.schedule(DROP, withdrawal_id, {"casino_id": str(casino_id)}, lane=orders(provider))


async def look_at_request(uow: UnitOfWork, withdrawal_id: UUID, provider: str, casino_id: UUID) -> None:
    """Have the provider asked at once what the player wants there."""
    payload = {"casino_id": str(casino_id), "provider": provider}
    await uow.schedule(LOOK, withdrawal_id, payload, lane=questions(provider))
