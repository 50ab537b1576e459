"""The trace that every search by what a person is called leaves: who searched and when, never for whom."""

from chassis.auth import Caller, act
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P


async def record_search(caller: Caller, uow: UnitOfWork) -> None:
    """Tell the audit log, in the transaction at hand, that somebody looks for a person."""
    subject = ("search", uow.ctx.correlation_id)
    await uow.publish(act(caller, uow.ctx, "search.identity", subject, permission=P.PLAYER_SEARCH_IDENTITY))
