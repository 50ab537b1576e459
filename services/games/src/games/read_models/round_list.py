"""Rounds, folded from what payments posted: one row per player, game and round, and one per movement in it.

Games writes nothing while a bet is taken; this is where the bet becomes visible, a moment later. Bets and wins count
what was staked and paid; what was rolled back is counted beside them, so that net = (bets - rolled back bets) - (wins -
rolled back wins) is the house's result.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Integer, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Key, ReadModel, Recorded, Row
from contracts.games.rounds import round_id
from contracts.payments.events import RollbackRemembered, TransferPosted
from games.application.schema import metadata


class RoundState(StrEnum):
    """Whether the game went on."""

    OPEN = "open"
    CLOSED = "closed"


round_table = Table(
    "rm_round_list",
    metadata,
    Column("round_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("game_code", Text, nullable=False),
    Column("round_ref", Text, nullable=False),
    Column("session_id", Uuid),
    Column("currency", Text),
    Column("bets_minor", BigInteger, nullable=False),
    Column("wins_minor", BigInteger, nullable=False),
    Column("rolled_back_bets_minor", BigInteger, nullable=False),
    Column("rolled_back_wins_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False, comment="bets less wins, less what was undone: the house made it"),
    Column("bets", Integer, nullable=False),
    Column("wins", Integer, nullable=False),
    Column("rollbacks", Integer, nullable=False),
    Column("state", Text, nullable=False, comment="open or closed"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("last_at >= opened_at", name="last_after_opened"),
    Index("ix_rm_round_list_casino", "casino_id", "opened_at", "round_id"),
    Index("ix_rm_round_list_player", "player_id", "opened_at", "round_id"),
    Index("ix_rm_round_list_opened_at", "opened_at", "round_id"),
    Index("ix_rm_round_list_round_ref", "round_ref", "opened_at", "round_id"),
    Index("ix_rm_round_list_session", "session_id", "opened_at", "round_id"),
)

movement_table = Table(
    "rm_round_movement",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("round_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text),
    Column("amount_minor", BigInteger, nullable=False),
    Column("balance_minor", BigInteger),
    Column("supplier_tx", Text),
    Column("reference_id", Uuid),
    Column("session_id", Uuid),
    Column("closes_round", Boolean, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_round_movement_round", "round_id", "posted_at"),
)

_COUNTED = {
    "bet": ("bets", "bets_minor"),
    "win": ("wins", "wins_minor"),
    "rollback_bet": ("rollbacks", "rolled_back_bets_minor"),
    "rollback_win": ("rollbacks", "rolled_back_wins_minor"),
}

TOMBSTONE = "rollback_of_unknown"


def _round(event: TransferPosted | RollbackRemembered) -> UUID | None:
    """The round an event belongs to; None when it is no movement of a game."""
    if isinstance(event, TransferPosted) and event.kind not in _COUNTED:
        return None
    if event.supplier is None or event.game_code is None or event.round_ref is None:
        return None
    return round_id(event.supplier, event.casino_id, event.player_id, event.game_code, event.round_ref)


def _round_key(recorded: Recorded[Any]) -> Key | None:
    found = _round(recorded.event)
    return (found,) if found else None


def fold_round(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    event: TransferPosted | RollbackRemembered = recorded.event
    at = dict(row) if row else _begun(event)
    at["opened_at"] = min(at["opened_at"], event.posted_at)
    at["last_at"] = max(at["last_at"], event.posted_at)
    if isinstance(event, RollbackRemembered):
        at["rollbacks"] += 1
        return at
    number, amount = _COUNTED[event.kind]
    at[number] += 1
    at[amount] += event.amount_minor
    at["currency"] = event.currency
    at["session_id"] = at["session_id"] or event.session_id
    at["net_minor"] = (at["bets_minor"] - at["rolled_back_bets_minor"]) - (
        at["wins_minor"] - at["rolled_back_wins_minor"]
    )
    if event.round_closed and at["closed_at"] is None:
        at["state"], at["closed_at"] = RoundState.CLOSED, event.posted_at
    return at


def _begun(event: TransferPosted | RollbackRemembered) -> Row:
    return {
        "round_id": _round(event),
        "casino_id": event.casino_id,
        "player_id": event.player_id,
        "supplier": event.supplier,
        "game_code": event.game_code,
        "round_ref": event.round_ref,
        "session_id": None,
        "currency": None,
        "bets_minor": 0,
        "wins_minor": 0,
        "rolled_back_bets_minor": 0,
        "rolled_back_wins_minor": 0,
        "net_minor": 0,
        "bets": 0,
        "wins": 0,
        "rollbacks": 0,
        "state": RoundState.OPEN,
        "opened_at": event.posted_at,
        "last_at": event.posted_at,
        "closed_at": None,
    }


def fold_movement(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    event: TransferPosted | RollbackRemembered = recorded.event
    posted = event if isinstance(event, TransferPosted) else None
    return {
        "transfer_id": event.transfer_id,
        "round_id": _round(event),
        "casino_id": event.casino_id,
        "player_id": event.player_id,
        "kind": posted.kind if posted else TOMBSTONE,
        "currency": posted.currency if posted else None,
        "amount_minor": posted.amount_minor if posted else 0,
        "balance_minor": posted.balance_minor if posted else None,
        "supplier_tx": posted.supplier_tx if posted else None,
        "reference_id": posted.reference_id if posted else None,
        "session_id": posted.session_id if posted else None,
        "closes_round": posted.round_closed if posted else False,
        "posted_at": event.posted_at,
    }


rounds = ReadModel(
    name="round_list",
    table=round_table,
    handles=(TransferPosted, RollbackRemembered),
    key=_round_key,
    fold=fold_round,
)

round_movements = ReadModel(
    name="round_movement",
    table=movement_table,
    handles=(TransferPosted, RollbackRemembered),
    key=lambda recorded: (recorded.event.transfer_id,) if _round(recorded.event) else None,
    fold=fold_movement,
)


async def round_with_movements(connection: AsyncConnection, round_id: UUID) -> Row | None:
    """A round's row with its movements in order under `movements`; None when there is no such round."""
    found = await connection.execute(select(round_table).where(round_table.c.round_id == round_id))
    row = found.mappings().one_or_none()
    if row is None:
        return None
    of_round = select(movement_table).where(movement_table.c.round_id == round_id)
    movements = await connection.execute(of_round.order_by(movement_table.c.posted_at, movement_table.c.transfer_id))
    return {**row, "movements": [dict(movement) for movement in movements.mappings()]}
