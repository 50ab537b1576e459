"""The local copies behind the application's Directory port."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.messaging import parked_keys
from contracts.backoffice.events import PlayerBlocked
from contracts.verification.events import HitDecided
from payments.application.known import CONSUMER, CasinoRules, PlayerStanding
from payments.read_models import (
    adjustment_list,
    capture,
    casino_rules,
    deposit_list,
    dispute_list,
    player_standing,
    refund_list,
    withdrawal_list,
)

RESTRICTING = (PlayerBlocked.topic, HitDecided.topic)
"""The topics, by player, that carry what he may not do."""


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

    async def lock_player(self, connection: AsyncConnection, player_id: UUID) -> None:
        """See Directory."""
        await player_standing.lock(connection, player_id)

    async def held(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """See Directory."""
        raw = await driver(connection)
        keys = [(topic, str(player_id)) for topic in RESTRICTING]
        return bool(await parked_keys(raw, CONSUMER, keys))

    async def gross_deposits(
        self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID | None
    ) -> int:
        """See Directory."""
        return await deposit_list.gross(connection, player_id, currency, since, besides=besides)

    async def paid_in_before(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """See Directory."""
        return await deposit_list.any_paid(connection, player_id)

    async def deposit_called(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, reference: str
    ) -> UUID | None:
        """See Directory."""
        return await deposit_list.by_reference(connection, casino_id, provider, reference)

    async def refunds_of(self, connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> list[UUID]:
        """See Directory."""
        return await refund_list.of_deposit(connection, deposit_id, amount_minor)

    async def room(self, connection: AsyncConnection, deposit_id: UUID) -> int:
        """See Directory."""
        return await capture.room(connection, deposit_id)

    async def fee_of_whole(self, connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> int:
        """See Directory."""
        return await capture.fee_of_whole(connection, deposit_id, amount_minor)

    async def disputed(self, connection: AsyncConnection, player_id: UUID, now: datetime) -> bool:
        """See Directory."""
        return await dispute_list.may_lose(connection, player_id, now)

    async def written_off(self, connection: AsyncConnection, player_id: UUID, currency: str) -> int:
        """See Directory."""
        return await adjustment_list.written_off(connection, player_id, currency)

    async def undecided_deposits(self, connection: AsyncConnection, player_id: UUID) -> list[UUID]:
        """See Directory."""
        return await deposit_list.undecided(connection, player_id)

    async def undecided_or_refused_deposits(
        self, connection: AsyncConnection, player_id: UUID, since: datetime
    ) -> tuple[list[UUID], list[UUID]]:
        """See Directory."""
        return await deposit_list.undecided_or_refused(connection, player_id, since)

    async def begun_as_another(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, sent_as: str, now: datetime
    ) -> bool:
        """See Directory."""
        return (
            await deposit_list.any_begun_as_another(connection, casino_id, provider, sent_as, now)
            or await withdrawal_list.any_sent_as_another(connection, casino_id, provider, sent_as)
            or await refund_list.any_sent_as_another(connection, casino_id, provider, sent_as)
        )

    async def asked_out(
        self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID
    ) -> int:
        """See Directory."""
        return await withdrawal_list.asked_since(connection, player_id, currency, since, besides=besides)

    async def open_withdrawals(self, connection: AsyncConnection, player_id: UUID) -> list[UUID]:
        """See Directory."""
        return await withdrawal_list.open_of(connection, player_id)

    async def awaits_payout(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """See Directory."""
        return await withdrawal_list.any_open(connection, player_id)
