"""Erasure: the person goes, the account is closed, and an exclusion stays."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.application.erasure import forget_later
from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import ErasePersonalData
from backoffice.domain.player.errors import AccountClosed, PlayerUnknown
from backoffice.entrypoints.http.players.endpoints import found
from backoffice.read_models import player_list, player_overview
from backoffice.read_models.player_list import PlayerStatus
from chassis.auth import Caller
from chassis.privacy import SubjectVault
from chassis.store import UnitOfWork


async def one_at_a_time(connection: AsyncConnection, player_id: UUID) -> None:
    """Erasure and restriction of one player wait for each other: account and restrictions are two streams, and an
    exclusion that crossed an erasure would recognise nobody.
    """
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:player_id, 4))")
    await connection.execute(statement, {"player_id": str(player_id)})


async def open_account(connection: AsyncConnection, caller: Caller, player_id: UUID) -> Any:
    """The player's row, which no erasure changes until the transaction ends.

    Raises:
        AccountClosed: he was erased.
    """
    await one_at_a_time(connection, player_id)
    row = await found(connection, caller, player_id)
    if row.status == PlayerStatus.CLOSED:
        raise AccountClosed
    return row


async def erasable(uow: UnitOfWork, player_id: UUID) -> tuple[Any, ErasePersonalData]:
    """The player's row, which nothing that erases or restricts changes until the transaction ends, and the command that
    erases him.

    Raises:
        PlayerUnknown: there is no such player in the casinos at hand.
        AccountClosed: he was erased.
        PlayerHasMoney: his figures show money, or some that is under way.
    """
    await one_at_a_time(uow.connection, player_id)
    row = await player_list.find(uow.connection, player_id)
    if row is None or not uow.ctx.scope.allows(row.casino_id):
        raise PlayerUnknown
    if row.status == PlayerStatus.CLOSED:
        raise AccountClosed
    figures = await player_overview.find(uow.connection, player_id)
    command = ErasePersonalData(
        balance_minor=figures.balance_minor if figures else 0,
        on_hold_minor=figures.on_hold_minor if figures else 0,
        deposits_under_way=len(figures.deposits_under_way) if figures else 0,
    )
    player.decide(command, (await uow.load(player, player_id)).state)
    return row, command


async def erase_player(uow: UnitOfWork, vault: SubjectVault, player_id: UUID) -> None:
    """Erase a player. Raises what `erasable` does."""
    row, command = await erasable(uow, player_id)
    await uow.decide(player, player_id, command)
    await forget_later(uow, player_id, row.excluded_until)
    await vault.erase(uow.connection, player_id)
