"""The players, with what holds for them. Personal data stays encrypted here too."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Table, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.application.schema import metadata
from backoffice.domain.player.events import (
    IdentityForgotten,
    PersonalDataErased,
    PlayerBlocked,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
)
from backoffice.domain.restriction.aggregate import FOR_EVER, excludes
from backoffice.domain.restriction.events import DepositLimitSet, SelfExclusionStarted
from chassis.store import ReadModel, Recorded, Row


class PlayerStatus(StrEnum):
    """Where an account stands."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"
    """The player was erased; no other status follows it."""


table = Table(
    "rm_player_list",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("limits", JSONB, nullable=False, comment="period -> {amount_minor, currency, effective_from, previous}"),
    Column("excluded_until", Date, comment="the last day there is for an exclusion without end"),
    Column("test_account", Boolean, nullable=False),
    Column("terms_version", Text, nullable=False),
    Column("sealed", JSONB, nullable=False, comment="personal data, each value encrypted under the player's key"),
    Column("email_index", Text),
    Column("phone_index", Text),
    Column("identity_index", Text, comment="of name and date of birth"),
    Column("name_index", Text, comment="of the whole name"),
    Column("last_name_index", Text, comment="of the last name alone"),
    Column("first_name_index", Text, comment="of the first name alone"),
    Index("ix_rm_player_list_casino_id", "casino_id", "registered_at", "player_id"),
    Index("ix_rm_player_list_registered_at", "registered_at", "player_id"),
    Index("ix_rm_player_list_email_index", "email_index"),
    Index("ix_rm_player_list_identity_index", "identity_index"),
    Index("ix_rm_player_list_phone_index", "phone_index"),
    Index("ix_rm_player_list_name_index", "name_index"),
    Index("ix_rm_player_list_last_name_index", "last_name_index"),
    Index("ix_rm_player_list_first_name_index", "first_name_index"),
    Index("ix_rm_player_list_excluded", "excluded_until", postgresql_where=text("excluded_until IS NOT NULL")),
)

_OF_NAMES = ("name_index", "first_name_index", "last_name_index")


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The player after an event."""
    event = recorded.event
    if isinstance(event, PlayerRegistered):
        return _registered(recorded, event)
    if row is None:
        return None
    match event:
        case PlayerProfileChanged():
            return _changed(row, event)
        case PlayerBlocked() | PlayerUnblocked():
            return _now(row, PlayerStatus.BLOCKED if isinstance(event, PlayerBlocked) else PlayerStatus.ACTIVE)
        case PlayerTagged() | PlayerUntagged():
            others = {one for one in row["tags"] if one != event.tag}
            return {**row, "tags": sorted(others | {event.tag} if isinstance(event, PlayerTagged) else others)}
        case PersonalDataErased():
            return _erased(row, recorded.meta.occurred_at.date())
        case IdentityForgotten():
            return {**row, "identity_index": None}
        case SelfExclusionStarted(until=until):
            return {**row, "excluded_until": until or FOR_EVER}
        case DepositLimitSet():
            limit = {
                "amount_minor": event.amount_minor,
                "currency": event.currency,
                "effective_from": event.effective_from.isoformat(),
                "previous_amount_minor": event.previous_amount_minor,
            }
            return {**row, "limits": {**row["limits"], event.period: limit}}
    return row


def _changed(row: Row, event: PlayerProfileChanged) -> Row:
    fresh = {
        name: index
        for name in (*_OF_NAMES, "phone_index", "identity_index")
        if (index := getattr(event, name)) is not None
    }
    return {**row, **fresh, "sealed": {**row["sealed"], **event.sealed}}


def _now(row: Row, status: PlayerStatus) -> Row:
    return row if row["status"] == PlayerStatus.CLOSED else {**row, "status": status}


def _erased(row: Row, today: date) -> Row:
    """Nothing that leads to the person, but one thing: while he is excluded, the keyed index that recognises him stays,
    or an exclusion would end with a request for erasure.
    """
    kept = row["identity_index"] if excludes(row["excluded_until"], today) else None
    nothing: Row = {"sealed": {}, **dict.fromkeys((*_OF_NAMES, "email_index", "phone_index"))}
    return {**row, **nothing, "status": PlayerStatus.CLOSED, "identity_index": kept}


def _registered(recorded: Recorded[Any], event: PlayerRegistered) -> Row:
    return {
        "player_id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "status": PlayerStatus.ACTIVE,
        "country": event.country,
        "currency": event.currency,
        "registered_at": event.registered_at,
        "tags": [],
        "limits": {},
        "excluded_until": None,
        "test_account": event.test_account,
        "terms_version": event.terms_version,
        "sealed": dict(event.sealed),
        "email_index": event.email_index,
        "phone_index": event.phone_index,
        "identity_index": event.identity_index,
        "name_index": event.name_index,
        "last_name_index": event.last_name_index,
        "first_name_index": event.first_name_index,
    }


async def find(connection: AsyncConnection, player_id: UUID) -> Any | None:
    """A player's row; None when there is none."""
    return (await connection.execute(select(table).where(table.c.player_id == player_id))).one_or_none()


player_list = ReadModel(
    "player_list",
    table,
    (
        PlayerRegistered,
        PlayerProfileChanged,
        PlayerBlocked,
        PlayerUnblocked,
        PlayerTagged,
        PlayerUntagged,
        PersonalDataErased,
        IdentityForgotten,
        SelfExclusionStarted,
        DepositLimitSet,
    ),
    key=lambda r: (r.stream_key,),
    fold=fold,
)
