"""What staff do about a player: block, tag, note, erase."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import (
    AddNote,
    BlockPlayer,
    PlayerCommand,
    TagPlayer,
    UnblockPlayer,
    UntagPlayer,
)
from backoffice.entrypoints.http.done import Done
from backoffice.entrypoints.http.players.endpoints import Vault, found
from backoffice.entrypoints.http.players.guarded import ERASE_PLAYER, ErasePayload
from backoffice.entrypoints.http.players.schemas import NoteAdded, NoteBody, ReasonBody, TagBody
from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import App, Once
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["players"])


@router.post("/block")
async def block(
    caller: Annotated[Caller, Requires(P.PLAYER_BLOCK)], player_id: UUID, body: ReasonBody, once: Once
) -> Response:
    """Stop an account: no log-in, no bet, no deposit."""
    return await _command(once, caller, player_id, BlockPlayer(), body.reason)


@router.post("/unblock")
async def unblock(
    caller: Annotated[Caller, Requires(P.PLAYER_BLOCK)], player_id: UUID, body: ReasonBody, once: Once
) -> Response:
    """Lift a block. A self-exclusion stays."""
    return await _command(once, caller, player_id, UnblockPlayer(), body.reason)


@router.post("/tags")
async def tag(
    caller: Annotated[Caller, Requires(P.PLAYER_TAG)], player_id: UUID, body: TagBody, once: Once
) -> Response:
    """Put a tag on a player."""
    return await _command(once, caller, player_id, TagPlayer(tag=body.tag), None)


@router.delete("/tags/{tag}")
async def untag(
    caller: Annotated[Caller, Requires(P.PLAYER_TAG)], player_id: UUID, tag: str, request: Request, app: App
) -> Done:
    """Take a tag off."""
    await app.execute(player, player_id, UntagPlayer(tag=tag), caller.context(request))
    return Done()


@router.post("/erase", **PROPOSED)
async def erase(
    caller: Annotated[Caller, Requires(P.PLAYER_ERASE, proposes=True)],
    player_id: UUID,
    body: ReasonBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose to erase a player's personal data for good, by destroying its key; a second person approves it. The
    ledger and the events stay, nameless.

    The account is closed with it, so it is refused while the player's figures show money of his, on hold or under way.
    Of an excluded player a keyed hash of name and date of birth stays until the exclusion ends, to recognise him.
    """
    return await proposing(caller, ERASE_PLAYER, ErasePayload(player_id=player_id), reason=body.reason, once=once)


@router.post("/notes", status_code=201, response_model=NoteAdded)
async def add_note(
    caller: Annotated[Caller, Requires(P.PLAYER_NOTE)], player_id: UUID, body: NoteBody, once: Once, vault: Vault
) -> Response:
    """Write a note about a player; it is kept encrypted under the player's key."""
    note_id = uuid7()

    async def work(uow: UnitOfWork) -> NoteAdded:
        await found(uow.connection, caller, player_id)
        sealed = await vault.encrypt(uow.connection, player_id, body.text)
        await uow.decide(player, player_id, AddNote(note_id=note_id, sealed_text=sealed))
        return NoteAdded(note_id=note_id)

    return await once(caller, work)


async def _command(once: Once, caller: Caller, player_id: UUID, command: PlayerCommand, reason: str | None) -> Response:
    async def work(uow: UnitOfWork) -> Done:
        await uow.decide(player, player_id, command)
        return Done()

    return await once(caller, work, status=200, reason=reason)
