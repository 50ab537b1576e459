"""What is done to a player only with a second person: erasing him."""

from uuid import UUID

from backoffice.entrypoints.http.players.erasing import erasable, erase_player
from backoffice.read_models.player_list import PlayerStatus
from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.http import StrictModel
from chassis.privacy import SubjectVault
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

ERASE_PLAYER = "backoffice.erase_player"


class ErasePayload(StrictModel):
    """Who is erased."""

    player_id: UUID


def erasing(vault: SubjectVault) -> GuardedCommand[ErasePayload]:
    """Erase a player's personal data for good. Nothing else destroys a player's key."""

    async def describe(uow: UnitOfWork, payload: ErasePayload) -> Subject:
        row, _ = await erasable(uow, payload.player_id)
        until = row.excluded_until
        return Subject(
            casino_id=row.casino_id,
            kind="player",
            id=str(payload.player_id),
            summary="Erase a player's personal data for good",
            before={"status": row.status, "excluded_until": until.isoformat() if until else None},
            after={"status": PlayerStatus.CLOSED, "excluded_until": until.isoformat() if until else None},
        )

    async def execute(uow: UnitOfWork, payload: ErasePayload) -> None:
        await erase_player(uow, vault, payload.player_id)

    return GuardedCommand(
        name=ERASE_PLAYER,
        rule=FourEyes(permission=P.PLAYER_ERASE, approve=P.ERASURE_APPROVE),
        payload=ErasePayload,
        describe=describe,
        execute=execute,
        reason_permission=P.PLAYER_VIEW_REASON,
    )
