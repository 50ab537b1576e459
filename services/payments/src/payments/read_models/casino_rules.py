"""Payments' own copy of casinos and of their jurisdiction profiles, each in force from a date of its own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Integer, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import CasinoOpened, JurisdictionProfileAdopted
from payments.application.known import CasinoRules
from payments.application.schema import metadata
from payments.domain.withdrawal.policy import LEVELS

NEVER_CANCELLED_IN = frozenset({"GB"})
"""Countries whose regulator forbids that players take a withdrawal back, whatever a profile says."""

table = Table(
    "rm_casino_rules",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("jurisdiction", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("profile_version", Integer, nullable=False, comment="the newest, in force or not yet"),
    Column("profiles", JSONB, nullable=False, comment="[{effective_from, profile}], oldest first"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The casino after the event."""
    event = recorded.event
    match event:
        case CasinoOpened():
            first = {
                "effective_from": recorded.meta.occurred_at.isoformat(),
                "profile": event.profile.model_dump(mode="json"),
            }
            return {
                "casino_id": event.casino_id,
                "jurisdiction": event.jurisdiction,
                "currency": event.currency,
                "time_zone": event.time_zone,
                "profile_version": 0,
                "profiles": [first],
            }
        case JurisdictionProfileAdopted() if row is not None:
            added = {
                "effective_from": event.effective_from.isoformat(),
                "profile": event.profile.model_dump(mode="json"),
            }
            profiles = sorted([*row["profiles"], added], key=lambda one: datetime.fromisoformat(one["effective_from"]))
            return {**row, "profile_version": event.profile_version, "profiles": profiles}
        case _:
            return row


casino_rules = ReadModel(
    name="casino_rules",
    table=table,
    handles=(CasinoOpened, JurisdictionProfileAdopted),
    key=lambda recorded: (recorded.event.casino_id,),
    fold=fold,
)


def in_force(row: Row, now: datetime) -> CasinoRules:
    """The rules of a casino at a moment. A level nobody knows requires the highest."""
    begun = [one["profile"] for one in row["profiles"] if datetime.fromisoformat(one["effective_from"]) <= now]
    profile = begun[-1] if begun else row["profiles"][0]["profile"]
    required = profile.get("withdrawal_requires_level") or LEVELS[0]
    allowed = profile.get("withdrawal_cancellation_allowed") is True
    return CasinoRules(
        casino_id=row["casino_id"],
        time_zone=row["time_zone"],
        cancellation_allowed=allowed and row["jurisdiction"].partition("-")[0] not in NEVER_CANCELLED_IN,
        withdrawal_requires_level=required if required in LEVELS else LEVELS[-1],
    )


async def find(connection: AsyncConnection, casino_id: UUID, now: datetime) -> CasinoRules | None:
    """A casino's rules at a moment; None: unknown here."""
    row = (await connection.execute(select(table).where(table.c.casino_id == casino_id))).mappings().one_or_none()
    return None if row is None else in_force(dict(row), now)
