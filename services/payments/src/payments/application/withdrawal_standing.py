"""What decides whether a player may have money out, for the cashier, for the request and until it is sent."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.errors import TooManyOpenWithdrawals
from payments.application.instruments.ports import KnownInstrument
from payments.application.known import CasinoRules, PlayerStanding
from payments.application.ledger import Wallet
from payments.domain.instrument.words import Verification
from payments.domain.withdrawal.policy import WithdrawalStanding

MOST_OPEN = 20
"""How many withdrawals a player may have that have not ended: each is looked at by people, and an order to pay."""


async def ensure_few(desk: Desk, connection: AsyncConnection, player_id: UUID) -> None:
    """Raise TooManyOpenWithdrawals where he may not ask for another one now."""
    if len(await desk.directory.open_withdrawals(connection, player_id)) >= MOST_OPEN:
        raise TooManyOpenWithdrawals


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


async def _named_by_others(desk: Desk, uow: UnitOfWork, known: KnownInstrument) -> bool:
    """Where nobody proved that it is his, neither he: who names what others name is looked at."""
    if known.proved or not known.recognisable:
        return False
    return len(await desk.instruments.sharers(uow.connection, known.casino_id, known.fingerprint)) > 1


class Destination(TypedDict, total=False):
    """What a standing says of the instrument it goes to."""

    destination_verified: bool
    destination_shared: bool
    destination_disabled: bool


async def known_destination(desk: Desk, uow: UnitOfWork, instrument_id: UUID | None) -> Destination:
    """Nothing where it cannot be told."""
    known = None if instrument_id is None else await desk.instruments.find(uow.connection, instrument_id)
    if known is None:
        return {}
    return {
        "destination_verified": known.verification is Verification.VERIFIED,
        "destination_shared": known.shared or await _named_by_others(desk, uow, known),
        "destination_disabled": known.disabled,
    }
