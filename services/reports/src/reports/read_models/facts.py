"""What reports are made of: movements of money, the casinos, players and games they belong to, and who works there."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid

from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from contracts.games.events import GameAvailabilityDecided
from contracts.payments.events import TransferPosted
from contracts.security.events import StaffMemberAdded
from reports.application.schema import metadata

movement = Table(
    "rm_movement",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("delta_minor", BigInteger, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("supplier", Text),
    Column("game_code", Text),
    Column("round_ref", Text),
    Column("provider", Text),
    Column("sequence", BigInteger, nullable=False, server_default="0", comment="within a wallet, the ledger's order"),
    Index("ix_rm_movement_casino_id", "casino_id", "posted_at", "transfer_id"),
    Index("ix_rm_movement_player_id", "player_id", "posted_at", "transfer_id"),
)

casino = Table(
    "rm_casino",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("gaming_day_starts_at_hour", Integer, nullable=False),
)

player = Table(
    "rm_player",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("country", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("test_account", Boolean, nullable=False, comment="left out of every report (GLI-19 A.2.5)"),
)

game = Table(
    "rm_game",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("game_code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
)

staff_member = Table(
    "rm_staff_member",
    metadata,
    Column("staff_id", Text, primary_key=True, comment="as `approved_by` and `requested_by` name them"),
    Column("name", Text, nullable=False),
    Column("login", Text, nullable=False),
)

_MOVED = ("casino_id", "player_id", "kind", "currency", "amount_minor", "delta_minor", "balance_minor", "posted_at")
_NAMED = ("supplier", "game_code", "round_ref", "provider", "sequence")


def _taken(event: Any, names: tuple[str, ...]) -> Row:
    return {name: getattr(event, name) for name in names}


def fold_movement(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """A movement is a fact and never changes."""
    event = recorded.event
    return {"transfer_id": event.transfer_id, **_taken(event, _MOVED), **_taken(event, _NAMED)}


def fold_casino(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """What a report says about a casino."""
    return _taken(recorded.event, ("casino_id", "name", "currency", "time_zone", "gaming_day_starts_at_hour"))


def fold_player(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """What a report says about a player: nothing personal."""
    return _taken(recorded.event, ("player_id", "casino_id", "country", "registered_at", "test_account"))


def fold_game(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """A game's name, as it was last announced."""
    return _taken(recorded.event, ("casino_id", "supplier", "game_code", "name", "category"))


def fold_staff_member(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """A colleague's name. It stays when the work ends: what was approved stays theirs."""
    return {**_taken(recorded.event, ("name", "login")), "staff_id": str(recorded.event.staff_id)}


movements = ReadModel("movement", movement, (TransferPosted,), lambda r: (r.event.transfer_id,), fold_movement)
casinos = ReadModel("casino", casino, (CasinoOpened,), lambda r: (r.event.casino_id,), fold_casino)
players = ReadModel("player", player, (PlayerRegistered,), lambda r: (r.event.player_id,), fold_player)
staff_members = ReadModel(
    "staff_member", staff_member, (StaffMemberAdded,), lambda r: (str(r.event.staff_id),), fold_staff_member
)
games = ReadModel(
    "game",
    game,
    (GameAvailabilityDecided,),
    lambda r: (r.event.casino_id, r.event.supplier, r.event.game_code),
    fold_game,
)
