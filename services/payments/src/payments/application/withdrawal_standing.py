"""What decides whether a player may have money out, for the cashier and for the request alike."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.desk import Desk
from payments.application.known import CasinoRules, PlayerStanding
from payments.application.ledger import Wallet
from payments.domain.withdrawal.policy import WithdrawalStanding


async def withdrawal_standing(
    desk: Desk,
    connection: AsyncConnection,
    rules: CasinoRules,
    player: PlayerStanding,
    wallet: Wallet | None,
    now: datetime,
) -> WithdrawalStanding:
    """What is known before he says where to. It holds for as long as his wallet is locked."""
    return WithdrawalStanding(
        level=player.level,
        required_level=rules.withdrawal_requires_level,
        under_review=player.under_review,
        in_debt=wallet is not None and wallet.in_debt,
        disputed=await desk.directory.disputed(connection, player.player_id, now),
        days_here=None if player.registered_at is None else (now - player.registered_at).days,
    )
