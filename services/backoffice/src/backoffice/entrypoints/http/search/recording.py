"""The trace that every search by what a person is called leaves: who searched and when, never for whom."""

from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.platform.events import AccessRecorded


async def record_search(uow: UnitOfWork) -> None:
    """Tell the audit log, in the transaction at hand, that somebody looks for a person."""
    await uow.publish(
        AccessRecorded(
            action="search.identity",
            permission=P.PLAYER_SEARCH_IDENTITY,
            outcome="allowed",
            subject_kind="search",
            subject_id=str(uow.ctx.correlation_id),
        )
    )
