"""Forgetting a player: the key under which his bank account is encrypted is destroyed, once no payout needs it.

An order whose outcome is unknown is asked about by sending it again in identical form. Without the account that
question cannot be asked, and the hold would be released although the money may be gone: so erasure waits.
"""

from datetime import timedelta
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk

ERASE = "payments.erase"
"""The kind of the background task; its id is the player's."""

WAIT = timedelta(hours=1)
"""The pause before looking again whether every payout has ended."""


async def erase_player(desk: Desk, uow: UnitOfWork, player_id: UUID) -> timedelta | None:
    """Destroy the player's key; or the pause after which to try again, while a payout is on its way."""
    if await desk.directory.awaits_payout(uow.connection, player_id):
        return WAIT
    await desk.vault.erase(uow.connection, player_id)
    return None
