"""Every service's own copy of where its casinos keep their time, made from the event with which they open."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Column, select

from chassis.db import Database
from chassis.db.tables import casino_zone as table
from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import CasinoOpened

Zones = Callable[[Database, UUID], Awaitable[ZoneInfo | None]]


def _fold(_row: Row | None, recorded: Recorded[Any]) -> Row:
    return {"casino_id": recorded.event.casino_id, "time_zone": recorded.event.time_zone}


casino_zones = ReadModel("casino_zone", table, (CasinoOpened,), key=lambda one: (one.event.casino_id,), fold=_fold)
"""For the consumers of all services but the one that opens casinos."""


def zones_from(casino_id: Column[Any], time_zone: Column[Any]) -> Zones:
    """Looks zones up in these columns of one table. What was found is remembered: a casino never moves."""
    known: dict[UUID, ZoneInfo] = {}

    async def zone_of(db: Database, casino: UUID) -> ZoneInfo | None:
        if casino not in known:
            async with db.read() as connection:
                name = (await connection.execute(select(time_zone).where(casino_id == casino))).scalar_one_or_none()
            if name is None:
                return None
            known[casino] = ZoneInfo(name)
        return known[casino]

    return zone_of


def own_zones() -> Zones:
    """Looks zones up in the copy."""
    return zones_from(table.c.casino_id, table.c.time_zone)
