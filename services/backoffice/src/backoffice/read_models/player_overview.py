"""A player's figures at a glance, from the events of payments, verification and security."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.application.schema import metadata
from backoffice.read_models.timeline import player_of
from chassis.store import ReadModel, Recorded, Row
from contracts.payments.events import (
    DepositFailed,
    DepositRefused,
    DepositRequested,
    DepositSucceeded,
    TransferPosted,
    WithdrawalPaid,
    WithdrawalReturned,
)
from contracts.payments.reversal_events import DepositReinstated, DepositReversed
from contracts.security.events import LoggedIn
from contracts.verification.events import HitDecided, ScreeningCompleted, VerificationLevelReached

table = Table(
    "rm_player_overview",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("currency", Text),
    Column("balance_minor", BigInteger, nullable=False),
    Column("deposits_minor", BigInteger, nullable=False),
    Column("deposits", Integer, nullable=False),
    Column("withdrawals_minor", BigInteger, nullable=False),
    Column("withdrawals", Integer, nullable=False),
    Column("on_hold_minor", BigInteger, nullable=False),
    Column("bets_minor", BigInteger, nullable=False),
    Column("wins_minor", BigInteger, nullable=False),
    Column("verification_level", Text, nullable=False),
    Column("open_hits", Integer, nullable=False),
    Column("last_log_in_at", DateTime(timezone=True)),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column(
        "deposits_under_way",
        JSONB,
        nullable=False,
        server_default=text("'[]'::jsonb"),
        comment="ids of those nobody knows the end of yet",
    ),
)

_HOLD = {
    "withdrawal_hold": 1,
    "withdrawal_release": -1,
    "withdrawal_paid": -1,
    "withdrawal_fee": -1,
    "refund_hold": 1,
    "refund_owed": 1,
    "refund_release": -1,
    "refund_paid": -1,
}
"""What puts money of the player aside, and what ends that."""
_BETS = {"bet": 1, "rollback_bet": -1}
_WINS = {"win": 1, "rollback_win": -1}


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The figures after an event."""
    row = row or _nothing_yet(recorded)
    row = {**row, "as_of": max(row["as_of"], recorded.meta.occurred_at)}
    event = recorded.event
    match event:
        case TransferPosted():
            return _moved(row, event)
        case DepositRequested() | DepositSucceeded() | DepositFailed() | DepositRefused():
            return _deposit(row, event)
        case DepositReversed() | DepositReinstated():
            # It may be taken back in parts, and given back: the deposit was made, and what it brought is another sum.
            sign = -1 if isinstance(event, DepositReversed) else 1
            return _added(row, deposits_minor=sign * event.amount_minor)
        case WithdrawalPaid():
            # What went back as refunds of deposits is told with these, and lessens what they brought.
            return _added(row, withdrawals_minor=event.amount_minor - event.refunded_minor, withdrawals=1)
        case WithdrawalReturned():
            # It may come back in parts: the withdrawal was made, and what it moved is less.
            return _added(row, withdrawals_minor=-event.amount_minor)
        case VerificationLevelReached():
            return {**row, "verification_level": event.level}
        case ScreeningCompleted():
            return {**row, "open_hits": event.hits}
        case HitDecided():
            return {**row, "open_hits": max(0, row["open_hits"] - 1)}
        case LoggedIn():
            return {**row, "last_log_in_at": recorded.meta.occurred_at}
    return row


def _moved(row: Row, event: TransferPosted) -> Row:
    amount, kind = event.amount_minor, event.kind
    moved = _added(
        row,
        on_hold_minor=_HOLD.get(kind, 0) * amount,
        bets_minor=_BETS.get(kind, 0) * amount,
        wins_minor=_WINS.get(kind, 0) * amount,
    )
    return {**moved, "currency": event.currency, "balance_minor": event.balance_minor}


def _deposit(row: Row, event: DepositRequested | DepositSucceeded | DepositFailed | DepositRefused) -> Row:
    others = [one for one in row["deposits_under_way"] if one != str(event.deposit_id)]
    if isinstance(event, DepositRequested):
        return {**row, "deposits_under_way": sorted([*others, str(event.deposit_id)])}
    ended = {**row, "deposits_under_way": others}
    if isinstance(event, DepositSucceeded):
        return _added(ended, deposits_minor=event.amount_minor, deposits=1)
    return ended


def _added(row: Row, **amounts: int) -> Row:
    return {**row, **{name: row[name] + amount for name, amount in amounts.items()}}


def _nothing_yet(recorded: Recorded[Any]) -> Row:
    counted = ("balance_minor", "deposits_minor", "deposits", "withdrawals_minor", "withdrawals", "on_hold_minor")
    return {
        "player_id": player_of(recorded.event),
        "currency": None,
        **dict.fromkeys((*counted, "bets_minor", "wins_minor", "open_hits"), 0),
        "verification_level": "none",
        "last_log_in_at": None,
        "as_of": recorded.meta.occurred_at,
        "deposits_under_way": [],
    }


def key(recorded: Recorded[Any]) -> tuple[Any, ...] | None:
    """A row per player."""
    player_id = player_of(recorded.event)
    return None if player_id is None else (player_id,)


async def find(connection: AsyncConnection, player_id: UUID) -> Any | None:
    """A player's figures; None before the first of his events has arrived."""
    return (await connection.execute(select(table).where(table.c.player_id == player_id))).one_or_none()


player_overview = ReadModel(
    "player_overview",
    table,
    (
        TransferPosted,
        DepositRequested,
        DepositRefused,
        DepositFailed,
        DepositSucceeded,
        DepositReversed,
        DepositReinstated,
        WithdrawalPaid,
        WithdrawalReturned,
        VerificationLevelReached,
        ScreeningCompleted,
        HitDecided,
        LoggedIn,
    ),
    key=key,
    fold=fold,
)
