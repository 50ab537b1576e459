"""Whether a name that somebody told is a player's. What he is called is asked of backoffice, used, and forgotten."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.store import Application, Context, UnitOfWork
from contracts.verification.names import NameLikeness
from verification.application.ports import HolderMatcher, PersonUnknown, PlayerDirectory
from verification.domain.case.aggregate import case, opened
from verification.domain.case.errors import CaseUnknown


class NameComparison:
    """Compares names for other services, which learn how alike they are and not what the player is called."""

    def __init__(self, application: Application, directory: PlayerDirectory, likeness: HolderMatcher) -> None:
        self._application = application
        self._directory = directory
        self._likeness = likeness

    async def compare(
        self,
        player_id: UUID,
        casino_id: UUID,
        name: str,
        context: Context,
        record: Callable[[UnitOfWork], Awaitable[None]],
    ) -> NameLikeness:
        """How the name goes with the player's. That it was asked is recorded before backoffice is.

        Raises:
            CaseUnknown: the casino has no such player, or the news is still on its way.
            CaseGone: he asked to be forgotten.
        """

        async def work(uow: UnitOfWork) -> None:
            loaded = await uow.load(case, player_id)
            opened(loaded.state)
            if loaded.casino_id != casino_id:
                raise CaseUnknown
            await record(uow)

        await self._application.transact(work, context)
        try:
            person = await self._directory.person(player_id)
        except PersonUnknown:
            raise CaseUnknown from None  # Backoffice erased him a moment ago, or this is not its case.
        return self._likeness(person.first_name, person.last_name, name)
