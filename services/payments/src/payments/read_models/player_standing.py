"""Payments' own copy of what a player may do: block, exclusion, limits, verification level, confirmed hits."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Column, Date, DateTime, Table, Text, Uuid, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.backoffice.events import (
    DepositLimitSet,
    PersonalDataErased,
    PlayerBlocked,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
    SelfExclusionStarted,
)
from contracts.security.events import LogInFailed, PlayerPasswordChanged
from contracts.verification.events import HitDecided, HitRaised, HitWithdrawn, VerificationLevelReached
from payments.application.known import PlayerStanding
from payments.application.schema import metadata

table = Table(
    "rm_player_standing",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("currency", Text, comment="NULL until the registration itself is heard of"),
    Column("registered_at", DateTime(timezone=True), comment="NULL until the registration itself is heard of"),
    Column("blocked", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    Column("excluded", Boolean, nullable=False),
    Column("excluded_until", Date, comment="the last day of the exclusion; NULL: without end, or there is none"),
    Column("level", Text, nullable=False),
    Column("confirmed_hits", JSONB, nullable=False),
    Column(
        "limits", JSONB, nullable=False, comment="period -> [{amount_minor, currency, effective_from}], oldest first"
    ),
    Column("country", Text, comment="NULL until the registration is heard of, or from before"),
    Column("tags", JSONB, nullable=False, server_default=text("'[]'")),
    Column(
        "open_hits",
        JSONB,
        nullable=False,
        server_default=text("'[]'"),
        comment="names on a list that may be his: nobody decided yet",
    ),
    Column("password_changed_at", DateTime(timezone=True), comment="the last time; NULL: none is known"),
    Column("locked_at", DateTime(timezone=True), comment="when too many wrong proofs locked his log-in, the last time"),
    Column("contact_changed_at", DateTime(timezone=True), comment="of his telephone or address, the last time"),
)

_CONTACT = frozenset({"phone", "address"})


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The player after the event. Other topics may be faster than the registration, so any event can be the first."""
    event, at = recorded.event, recorded.meta.occurred_at
    player = row or _nobody(_whose(event), event.casino_id)
    match event:
        case PlayerRegistered():
            return {
                **player,
                "currency": event.currency,
                "country": event.country,
                "registered_at": event.registered_at,
            }
        case PlayerTagged() | PlayerUntagged():
            return {**player, "tags": _tags(player["tags"], event)}
        case PlayerBlocked():
            return {**player, "blocked": True}
        case PlayerUnblocked():
            return {**player, "blocked": False}
        case SelfExclusionStarted():
            return {**player, **_excluded(player, event.until)}
        case PersonalDataErased():
            return {**player, "erased": True}
        case DepositLimitSet():
            return {**player, "limits": _limits(player["limits"], event, at)}
        case VerificationLevelReached():
            return {**player, "level": event.level}
        case _:
            return {**player, **_known_of_person(player, event, at)}


def _known_of_person(player: Row, event: Any, at: datetime) -> dict[str, Any]:
    """What payments are judged by, and may or may not be stopped for."""
    match event:
        case HitRaised() | HitWithdrawn():
            return {"open_hits": _open_hits(player["open_hits"], event)}
        case HitDecided():
            confirmed = _hits(player["confirmed_hits"], event)
            return {"confirmed_hits": confirmed, "open_hits": _open_hits(player["open_hits"], event)}
        case PlayerPasswordChanged():
            return {"password_changed_at": at}
        case LogInFailed():
            return {"locked_at": at}
        case PlayerProfileChanged():
            return {"contact_changed_at": at}
        case _:
            return {}


def key(recorded: Recorded[Any]) -> tuple[UUID, ...] | None:
    """The player. Of interest are those wrong passwords alone that lock a log-in, and that he is reached elsewhere."""
    event = recorded.event
    match event:
        case LogInFailed():
            counts = event.subject_kind == "player" and event.casino_id and event.locked_until
            return (_whose(event),) if counts else None
        case PlayerProfileChanged():
            return None if _CONTACT.isdisjoint(event.fields) else (event.player_id,)
        case _:
            return (_whose(event),)


def _whose(event: Any) -> UUID:
    player_id: UUID = event.subject_id if isinstance(event, LogInFailed | PlayerPasswordChanged) else event.player_id
    return player_id


player_standing = ReadModel(
    name="player_standing",
    table=table,
    handles=(
        PlayerRegistered,
        PlayerBlocked,
        PlayerUnblocked,
        PlayerTagged,
        PlayerUntagged,
        PersonalDataErased,
        SelfExclusionStarted,
        DepositLimitSet,
        VerificationLevelReached,
        HitRaised,
        HitWithdrawn,
        HitDecided,
        PlayerPasswordChanged,
        LogInFailed,
        PlayerProfileChanged,
    ),
    key=key,
    fold=fold,
)


def is_excluded(row: Row, now: datetime, time_zone: str) -> bool:
    """Whether an exclusion is running, its last day included, by the casino's calendar."""
    until: date | None = row["excluded_until"]
    return bool(row["excluded"]) and (until is None or now.astimezone(ZoneInfo(time_zone)).date() <= until)


def standing_of(row: Row, now: datetime, time_zone: str) -> PlayerStanding:
    """What the row says at a moment."""
    return PlayerStanding(
        player_id=row["player_id"],
        casino_id=row["casino_id"],
        currency=row["currency"],
        blocked=row["blocked"],
        erased=row["erased"],
        excluded=is_excluded(row, now, time_zone),
        excluded_until=row["excluded_until"],
        under_review=bool(row["confirmed_hits"]),
        level=row["level"],
        registered_at=row["registered_at"],
        country=row["country"],
        tags=frozenset(row["tags"]),
        limits={
            period: (limit["amount_minor"], limit["currency"])
            for period, history in row["limits"].items()
            if (limit := _limit_in_force(history, now)) is not None
        },
    )


async def find(connection: AsyncConnection, player_id: UUID, now: datetime, time_zone: str) -> PlayerStanding | None:
    """A player at a moment; None: unknown here."""
    row = (await connection.execute(select(table).where(table.c.player_id == player_id))).mappings().one_or_none()
    return None if row is None else standing_of(dict(row), now, time_zone)


async def lock(connection: AsyncConnection, player_id: UUID) -> None:
    """Wait for whoever draws conclusions about the player, and keep others waiting until the transaction ends.

    By his id and not by his row, which may not be there yet.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"standing/{player_id}", 0))))


def _nobody(player_id: UUID, casino_id: UUID) -> Row:
    return {
        "player_id": player_id,
        "casino_id": casino_id,
        "currency": None,
        "registered_at": None,
        "blocked": False,
        "erased": False,
        "excluded": False,
        "excluded_until": None,
        "level": "none",
        "confirmed_hits": [],
        "limits": {},
        "country": None,
        "tags": [],
        "open_hits": [],
        "password_changed_at": None,
        "locked_at": None,
        "contact_changed_at": None,
    }


def _excluded(player: Row, until: date | None) -> dict[str, Any]:
    """An exclusion is never shortened by a later one."""
    before: date | None = player["excluded_until"]
    without_end = until is None or (player["excluded"] and before is None)
    return {"excluded": True, "excluded_until": None if without_end or until is None else max(until, before or until)}


def _tags(tags: list[str], event: PlayerTagged | PlayerUntagged) -> list[str]:
    others = [tag for tag in tags if tag != event.tag]
    return sorted([*others, event.tag]) if isinstance(event, PlayerTagged) else others


def _limits(limits: dict[str, Any], event: DepositLimitSet, decided_at: datetime) -> dict[str, Any]:
    """A new decision replaces one that was still waiting to come into force."""
    begun = [one for one in limits.get(event.period, []) if datetime.fromisoformat(one["effective_from"]) <= decided_at]
    added = {
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "effective_from": event.effective_from.isoformat(),
    }
    return {**limits, event.period: [*begun[-1:], added]}


def _limit_in_force(history: list[dict[str, Any]], now: datetime) -> dict[str, Any] | None:
    begun = [one for one in history if datetime.fromisoformat(one["effective_from"]) <= now]
    return begun[-1] if begun else None


def _hits(hits: list[str], event: HitDecided) -> list[str]:
    others = [hit for hit in hits if hit != str(event.hit_id)]
    return sorted([*others, str(event.hit_id)]) if event.decision == "confirm" else others


def _open_hits(hits: list[str], event: HitRaised | HitWithdrawn | HitDecided) -> list[str]:
    others = [hit for hit in hits if hit != str(event.hit_id)]
    return sorted([*others, str(event.hit_id)]) if isinstance(event, HitRaised) else others
