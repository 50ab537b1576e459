"""Commands to game sessions, and word to every process that a session is not what it was."""

from datetime import datetime
from uuid import UUID

from chassis.store import Application, Context, Outcome, UnitOfWork
from games.application.ports import Lookups
from games.application.storage import Announce
from games.application.tokens import SessionTokens, hash_token
from games.domain.session import (
    AbandonLaunch,
    CloseSession,
    ExpireSession,
    Session,
    SessionCommand,
    SessionEvent,
    session,
)
from games.domain.session.events import CloseCause


class Sessions:
    """Every command to a session goes through here."""

    def __init__(
        self, application: Application, *, tokens: SessionTokens, lookups: Lookups, announce: Announce
    ) -> None:
        self._application = application
        self._tokens = tokens
        self._lookups = lookups
        self._announce = announce

    async def decide(
        self, uow: UnitOfWork, session_id: UUID, command: SessionCommand
    ) -> Outcome[Session, SessionEvent]:
        """One command in the caller's transaction."""
        outcome = await uow.decide(session, session_id, command)
        if outcome.events:
            await self._announce(uow, "session", hash_token(self._tokens.token(session_id)))
        return outcome

    async def execute(self, session_id: UUID, command: SessionCommand, ctx: Context) -> Outcome[Session, SessionEvent]:
        """One command in a transaction of its own."""

        async def work(uow: UnitOfWork) -> Outcome[Session, SessionEvent]:
            return await self.decide(uow, session_id, command)

        return await self._application.transact(work, ctx)

    async def close_all_of(self, uow: UnitOfWork, player_id: UUID, cause: CloseCause, now: datetime) -> None:
        """End every running session of a player: from this moment there is nothing left to bet in."""
        for session_id in await self._lookups.running_sessions(uow.connection, player_id):
            await self.decide(uow, session_id, CloseSession(cause=cause, now=now))

    async def abandon_launch(self, session_id: UUID) -> None:
        """A launch had its time; close the session unless the game runs."""
        ctx = self._system()
        await self.execute(session_id, AbandonLaunch(now=ctx.occurred_at), ctx)

    async def expire(self, session_id: UUID) -> None:
        """A session had its time; close it unless it is closed."""
        ctx = self._system()
        await self.execute(session_id, ExpireSession(now=ctx.occurred_at), ctx)

    def _system(self) -> Context:
        return Context.system("games.sessions", self._application.clock)
