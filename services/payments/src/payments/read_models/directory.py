"""The local copies behind the application's Directory port."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.ports import CasinoRules, PlayerStanding
from payments.read_models import casino_rules, deposit_list, player_standing, withdrawal_list


class LocalDirectory:
    """Implements `Directory`."""

    async def casino(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> CasinoRules | None:
        """See Directory."""
        return await casino_rules.find(connection, casino_id, now)

    async def player(
        self, connection: AsyncConnection, player_id: UUID, now: datetime, time_zone: str
    ) -> PlayerStanding | None:
        """See Directory."""
        return await player_standing.find(connection, player_id, now, time_zone)

    async def gross_deposits(self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime) -> int:
        """See Directory."""
        return await deposit_list.gross(connection, player_id, currency, since)

    async def awaits_payout(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """See Directory."""
        return await withdrawal_list.any_open(connection, player_id)
