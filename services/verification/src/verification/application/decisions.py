"""What a person decides: about documents and about hits. The level that follows is decided with it."""

from datetime import date
from uuid import UUID

from chassis.domain import NotFound
from chassis.store import UnitOfWork
from verification.application.ports import DocumentFiles, Profiles
from verification.domain.case.aggregate import case
from verification.domain.case.commands import AcceptDocument, RejectDocument, SettleHit
from verification.domain.case.errors import DocumentUnknown
from verification.domain.hit.aggregate import Unseen, hit
from verification.domain.hit.commands import DecideHit, Decision
from verification.domain.hit.errors import HitUnknown


class Decisions:
    """Decisions within the transaction at hand; who decides is the actor of its context."""

    def __init__(self, profiles: Profiles, files: DocumentFiles) -> None:
        self._profiles = profiles
        self._files = files

    async def accept(self, uow: UnitOfWork, document_id: UUID, expires_on: date | None) -> UUID:
        """Find a document good; returns the player."""
        player_id, required = await self._about(uow, document_id)
        command = AcceptDocument(
            document_id=document_id,
            expires_on=expires_on,
            decided_by=uow.ctx.actor.id,
            required=required,
            now=uow.ctx.occurred_at,
        )
        await uow.decide(case, player_id, command)
        return player_id

    async def reject(self, uow: UnitOfWork, document_id: UUID, reason: str) -> UUID:
        """Refuse a document, or take its acceptance back; returns the player."""
        player_id, required = await self._about(uow, document_id)
        command = RejectDocument(
            document_id=document_id,
            reason=reason,
            decided_by=uow.ctx.actor.id,
            required=required,
            now=uow.ctx.occurred_at,
        )
        await uow.decide(case, player_id, command)
        return player_id

    async def decide_hit(self, uow: UnitOfWork, hit_id: UUID, decision: Decision, reason: str) -> UUID:
        """Say whether a player is the listed person; returns the player."""
        try:
            loaded = await uow.load(hit, hit_id)
        except NotFound:
            raise HitUnknown from None  # Whether it is another casino's or nobody's is not told.
        if isinstance(loaded.state, Unseen) or loaded.casino_id is None:
            raise HitUnknown
        now = uow.ctx.occurred_at
        command = DecideHit(decision=decision, reason=reason, decided_by=uow.ctx.actor.id, now=now)
        await uow.decide(hit, hit_id, command)
        required = await self._profiles.required(uow.connection, loaded.casino_id, now)
        settled = SettleHit(hit_id=hit_id, confirmed=decision == "confirm", required=required, now=now)
        await uow.decide(case, loaded.state.player_id, settled)
        return loaded.state.player_id

    async def _about(self, uow: UnitOfWork, document_id: UUID) -> tuple[UUID, tuple[str, ...]]:
        """Whose document it is and what that casino requires; unknown where the caller may not see it."""
        file = await self._files.find(uow.connection, document_id)
        if file is None or not uow.ctx.scope.allows(file.casino_id):
            raise DocumentUnknown
        return file.player_id, await self._profiles.required(uow.connection, file.casino_id, uow.ctx.occurred_at)
