"""The casinos, with every version of their rules."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.application.schema import metadata
from backoffice.domain.casino.events import CasinoOpened, JurisdictionProfileAdopted
from backoffice.domain.casino.profile import JurisdictionProfile
from backoffice.domain.player.identity import plain
from chassis.store import ReadModel, Recorded, Row

table = Table(
    "rm_casino_list",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("gaming_day_starts_at_hour", Integer, nullable=False),
    Column("profiles", JSONB, nullable=False, comment="[{version, effective_from, profile}], in order of adoption"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("plain_name", Text, comment="the name as it is searched for, from its beginning"),
    Index("ix_rm_casino_list_plain_name", "plain_name", postgresql_ops={"plain_name": "text_pattern_ops"}),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The casino after an event."""
    match recorded.event:
        case CasinoOpened() as event:
            return {
                "casino_id": recorded.stream_key,
                "name": event.name,
                "jurisdiction": event.jurisdiction,
                "currency": event.currency,
                "time_zone": event.time_zone,
                "gaming_day_starts_at_hour": event.gaming_day_starts_at_hour,
                "profiles": [_version(0, recorded.meta.occurred_at, event.profile)],
                "opened_at": recorded.meta.occurred_at,
                "plain_name": " ".join(plain(event.name).split()),
            }
        case JurisdictionProfileAdopted() as event if row is not None:
            adopted = _version(event.profile_version, event.effective_from, event.profile)
            return {**row, "profiles": [*row["profiles"], adopted]}
    return row


def _version(number: int, effective_from: datetime, profile: JurisdictionProfile) -> dict[str, Any]:
    return {"version": number, "effective_from": effective_from.isoformat(), "profile": asdict(profile)}


def profile_in_force(profiles: list[dict[str, Any]], now: datetime) -> JurisdictionProfile:
    """The rules that hold at `now`: those that took effect last; of two at once, the later adopted."""
    begun = [one for one in profiles if datetime.fromisoformat(one["effective_from"]) <= now] or profiles[:1]
    latest = max(begun, key=lambda one: (datetime.fromisoformat(one["effective_from"]), one["version"]))
    values = latest["profile"]
    return JurisdictionProfile(**{**values, "required_documents": tuple(values["required_documents"])})


async def find(connection: AsyncConnection, casino_id: UUID) -> Any | None:
    """A casino's row; None when there is none."""
    return (await connection.execute(select(table).where(table.c.casino_id == casino_id))).one_or_none()


async def is_called(connection: AsyncConnection, name: str) -> bool:
    """Whether a casino has this name, in upper or lower case. Two that are being opened under one name wait for each
    other, so that the second sees the first.
    """
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(lower(:name), 5))")
    await connection.execute(lock, {"name": name})
    same = select(table.c.casino_id).where(func.lower(table.c.name) == func.lower(name)).limit(1)
    return (await connection.execute(same)).first() is not None


casino_list = ReadModel(
    "casino_list", table, (CasinoOpened, JurisdictionProfileAdopted), key=lambda r: (r.stream_key,), fold=fold
)
