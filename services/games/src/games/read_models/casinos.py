"""Games' own copy of casinos and of the versions of their jurisdiction profiles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import CasinoOpened, JurisdictionProfileAdopted
from games.application.schema import metadata
from games.application.wallet_calls import CasinoFacts

casino_table = Table(
    "rm_casino",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("currency", Text, nullable=False),
)

profile_table = Table(
    "rm_casino_profile",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("profile_version", Integer, primary_key=True, comment="0 is the one the casino opened with"),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("profile", JSONB, nullable=False),
)


def fold_casino(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    event: CasinoOpened = recorded.event
    return {
        "casino_id": event.casino_id,
        "name": event.name,
        "jurisdiction": event.jurisdiction,
        "currency": event.currency,
    }


def fold_profile(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    event: CasinoOpened | JurisdictionProfileAdopted = recorded.event
    casino_id, version = _profile_key(recorded)
    return {
        "casino_id": casino_id,
        "profile_version": version,
        "effective_from": recorded.meta.occurred_at if isinstance(event, CasinoOpened) else event.effective_from,
        "profile": event.profile.model_dump(mode="json"),
    }


def _profile_key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    event: CasinoOpened | JurisdictionProfileAdopted = recorded.event
    return (event.casino_id, 0 if isinstance(event, CasinoOpened) else event.profile_version)


casinos = ReadModel(
    name="casino",
    table=casino_table,
    handles=(CasinoOpened,),
    key=lambda recorded: (recorded.event.casino_id,),
    fold=fold_casino,
)

casino_profiles = ReadModel(
    name="casino_profile",
    table=profile_table,
    handles=(CasinoOpened, JurisdictionProfileAdopted),
    key=_profile_key,
    fold=fold_profile,
)


async def casino_by_id(connection: AsyncConnection, casino_id: UUID, now: datetime) -> CasinoFacts | None:
    """A casino with the profile that is in force at `now`."""
    table, profile = casino_table, profile_table
    found = (await connection.execute(select(table).where(table.c.casino_id == casino_id))).one_or_none()
    if found is None:
        return None
    in_force = await connection.execute(
        select(profile.c.profile)
        .where(profile.c.casino_id == casino_id, profile.c.effective_from <= now)
        .order_by(profile.c.effective_from.desc(), profile.c.profile_version.desc())
        .limit(1)
    )
    return CasinoFacts(found.casino_id, found.jurisdiction, found.currency, in_force.scalar_one_or_none() or {})
