"""The instruments of players, one row each, and which of them a payment is by. What is personal is sealed."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Table, Text, Uuid, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.schema import metadata
from payments.domain.instrument import events as e
from payments.domain.instrument.words import Ownership, Verification

table = Table(
    "rm_instrument_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False, comment="that told of it last"),
    Column("kind", Text, nullable=False),
    Column("bin", Text, comment="the first 6 or 8 digits of a card"),
    Column("last_four", Text),
    Column("expires_on", Date, comment="its last day"),
    Column("country", Text),
    Column("fingerprint", Text, nullable=False, comment="a keyed hash, equal for the same instrument at every player"),
    Column("recognisable", Boolean, nullable=False, comment="whether the fingerprint says anything of other players"),
    Column("likeness", Text, comment="of its holder's name and the player's; NULL: not compared"),
    Column("ownership", Text, nullable=False),
    Column("verification", Text, nullable=False),
    Column("shared", Boolean, nullable=False, comment="another player of the casino uses it"),
    Column("disabled", Boolean, nullable=False),
    Column(
        "disabled_by_player", Boolean, nullable=False, server_default=text("false"), comment="and it was he who did it"
    ),
    Column("sealed", Text, comment="holder, number and destination, readable with the player's key"),
    Column("deposits", BigInteger, nullable=False, comment="paid with it"),
    Column("withdrawals", BigInteger, nullable=False, comment="asked for to it"),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_instrument_list_casino", "casino_id", "first_seen_at", "id"),
    Index("ix_rm_instrument_list_player", "player_id", "first_seen_at", "id"),
    Index("ix_rm_instrument_list_first_seen_at", "first_seen_at", "id"),
    Index("ix_rm_instrument_list_fingerprint", "fingerprint"),
    Index("ix_rm_instrument_list_bin", "bin"),
    Index("ix_rm_instrument_list_shared", "casino_id", "first_seen_at", "id", postgresql_where=text("shared")),
)

use_table = Table(
    "rm_instrument_use",
    metadata,
    Column("payment_id", Uuid, primary_key=True, comment="the deposit, or the withdrawal"),
    Column("instrument_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("direction", Text, primary_key=True),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_instrument_use_instrument", "instrument_id", "used_at"),
    Index("ix_rm_instrument_use_player", "player_id", "used_at"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The instrument's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.InstrumentSeen):
        return {
            "id": recorded.stream_key,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "provider": event.provider,
            "kind": event.kind,
            "bin": event.bin,
            "last_four": event.last_four,
            "expires_on": event.expires_on,
            "country": event.country,
            "fingerprint": event.fingerprint,
            "recognisable": event.recognisable,
            "likeness": None,
            "ownership": Ownership.UNKNOWN,
            "verification": Verification.UNVERIFIED,
            "shared": False,
            "disabled": False,
            "disabled_by_player": False,
            "sealed": event.sealed,
            "deposits": 0,
            "withdrawals": 0,
            "first_seen_at": at,
            "last_used_at": None,
            "updated_at": at,
        }
    return None if row is None else {**row, **_changes(row, event), "updated_at": max(row["updated_at"], at)}


def _changes(row: Row, event: e.InstrumentEvent | e.InstrumentUsed) -> dict[str, Any]:
    match event:
        case e.InstrumentRenewed():
            how = {"provider": event.provider, "bin": event.bin, "last_four": event.last_four}
            return {**how, "expires_on": event.expires_on, "country": event.country, "sealed": event.sealed}
        case e.InstrumentFoundShared():
            return {"shared": True}
        case e.InstrumentFoundAlone():
            return {"shared": False}
        case e.InstrumentHolderCompared():
            return {"likeness": event.likeness}
        case e.InstrumentOwnershipDecided():
            return {"ownership": event.ownership}
        case e.InstrumentVerificationDecided():
            return {"verification": event.verification}
        case e.InstrumentDisabled():
            return {"disabled": True, "disabled_by_player": event.by_player}
        case e.InstrumentEnabled():
            return {"disabled": False, "disabled_by_player": False}
        case e.InstrumentUsed():
            counted = "deposits" if event.direction is e.Direction.IN else "withdrawals"
            return {counted: row[counted] + 1, "last_used_at": max(row["last_used_at"] or event.used_at, event.used_at)}
        case _:
            return {}


instrument_list = ReadModel(
    name="instrument_list",
    table=table,
    handles=(*e.INSTRUMENT_EVENTS, e.InstrumentUsed),
    key=lambda recorded: (
        recorded.event.instrument_id if isinstance(recorded.event, e.InstrumentUsed) else recorded.stream_key,
    ),
    fold=fold,
)


def fold_use(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """Which instrument a deposit or withdrawal is by is said once."""
    event = recorded.event
    return row or {
        "payment_id": recorded.stream_key,
        "instrument_id": event.instrument_id,
        "casino_id": event.casino_id,
        "player_id": event.player_id,
        "direction": event.direction,
        "used_at": event.used_at,
    }


instrument_use = ReadModel(
    name="instrument_use",
    table=use_table,
    handles=(e.InstrumentUsed,),
    key=lambda recorded: (recorded.stream_key, recorded.event.direction),
    fold=fold_use,
)


async def find(connection: AsyncConnection, instrument_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == instrument_id))).mappings().one_or_none()
    return None if row is None else dict(row)
