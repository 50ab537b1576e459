"""The list of deposits: one row each, with what the player asked for and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.payments.states import DepositStatus as Status
from payments.application.schema import metadata
from payments.domain.deposit import events as e
from payments.domain.deposit.standing import LONGEST_OPEN

table = Table(
    "rm_deposit_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False, comment="as settled; until then as asked for"),
    Column("requested_minor", BigInteger, nullable=False),
    Column("reversed_minor", BigInteger, nullable=False, server_default="0", comment="taken back of what was credited"),
    Column("fee_minor", BigInteger, nullable=False, server_default="0", comment="what the player pays for it"),
    Column("currency", Text, nullable=False),
    Column("reference", Text, comment="how the provider calls it"),
    Column("code", Text, comment="why it was refused or failed"),
    Column(
        "open_at_provider",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="given up, but the provider has not said yet that it cannot be paid",
    ),
    Column("sent_as", Text, comment="the customer of the provider it was begun as, as a fingerprint"),
    Column("late", Boolean, nullable=False, comment="it succeeded after it had been given up"),
    Column("method", Text, comment="what the player chose where he chose no provider"),
    Column("attempts", SmallInteger, nullable=False, server_default="1", comment="providers that were tried"),
    Column("credited_at", DateTime(timezone=True), comment="NULL: it was not, or before this was kept"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("updated_at >= created_at", name="updated_after_created"),
    Index("ix_rm_deposit_list_casino", "casino_id", "created_at", "id"),
    Index("ix_rm_deposit_list_player", "player_id", "created_at", "id"),
    Index("ix_rm_deposit_list_created_at", "created_at", "id"),
    Index("ix_rm_deposit_list_status", "status", "created_at", "id"),
    Index("ix_rm_deposit_list_reference", "reference"),
)

UNDECIDED = (Status.REQUESTED, Status.REQUIRES_ACTION, Status.PROCESSING, Status.UNKNOWN)
"""Statuses of deposits nobody has given up."""

CREDITED = (Status.SUCCEEDED, Status.PARTIALLY_REVERSED, Status.REVERSED)
"""Statuses of deposits that were paid: what was taken back of them since makes no room within a limit."""

_MAY_BE_PAID = or_(table.c.status.in_(UNDECIDED), table.c.open_at_provider)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The deposit's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.DepositRequested | e.DepositRefused):
        refused = isinstance(event, e.DepositRefused)
        return {
            "id": recorded.stream_key,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "provider": event.provider,
            "status": Status.REFUSED if refused else Status.REQUESTED,
            "amount_minor": event.amount_minor,
            "requested_minor": event.amount_minor,
            "reversed_minor": 0,
            "fee_minor": 0 if isinstance(event, e.DepositRefused) else event.fee_minor,
            "currency": event.currency,
            "reference": None,
            "code": event.code if isinstance(event, e.DepositRefused) else None,
            "open_at_provider": False,
            "sent_as": event.sent_as if isinstance(event, e.DepositRequested) else None,
            "late": False,
            "method": event.method if isinstance(event, e.DepositRequested) else None,
            "attempts": 1,
            "credited_at": None,
            "created_at": at,
            "updated_at": at,
        }
    if row is None:
        return None
    credited = {"credited_at": at} if isinstance(event, e.DepositSucceeded) else {}
    return {**row, **_changes(row, event), **credited, "updated_at": max(row["created_at"], at)}


def _changes(row: Row, event: e.ProviderEvent) -> dict[str, Any]:
    match event:
        case e.DepositPassedOn():
            begun = {"status": Status.REQUESTED, "reference": None, "code": None, "attempts": row["attempts"] + 1}
            return {**begun, "provider": event.provider, "sent_as": event.sent_as}
        case e.DepositSteppedUp():
            return {"status": Status.REQUESTED, "reference": None, "code": None}
        case e.DepositPaidTwice():
            return {}  # A deposit of its own.
        case e.DepositClosed() if event.provider != row["provider"]:
            return {}  # It had been passed on before.
        case _:
            return _of_provider(event)


def _of_provider(event: e.PresentEvent) -> dict[str, Any]:
    match event:
        case e.DepositActionRequired():
            return {"status": Status.REQUIRES_ACTION, "reference": event.reference}
        case e.DepositSubmitted():
            return {"status": Status.PROCESSING, "reference": event.reference}
        case e.DepositOutcomeUnknown():
            return {"status": Status.UNKNOWN}
        case e.DepositSucceeded():
            settled = {"amount_minor": event.amount_minor, "fee_minor": event.fee_minor, "late": event.late}
            paid = {"provider": event.provider, "reference": event.reference}
            return {"status": Status.SUCCEEDED, **paid, **settled, "code": None, "open_at_provider": False}
        case e.DepositReversalAnnounced() | e.DepositReinstatementAnnounced():
            return {}
        case e.DepositReversed() | e.DepositReinstated():
            return {"status": _after_reversal(event), "reversed_minor": event.all_reversed_minor}
        case e.DepositFailed():
            return {"status": Status.FAILED, "code": event.code, "reference": event.reference, "open_at_provider": True}
        case e.DepositExpired():
            return {"status": Status.EXPIRED, "code": "expired", "open_at_provider": True}
        case e.DepositClosed():
            return {"open_at_provider": False}


def _after_reversal(event: e.DepositReversed | e.DepositReinstated) -> Status:
    if event.all_reversed_minor == 0:
        return Status.SUCCEEDED
    return Status.REVERSED if event.all_reversed_minor >= event.amount_minor else Status.PARTIALLY_REVERSED


deposit_list = ReadModel(
    name="deposit_list",
    table=table,
    handles=e.DEPOSIT_EVENTS,
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, deposit_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == deposit_id))).mappings().one_or_none()
    return None if row is None else dict(row)


async def by_reference(connection: AsyncConnection, casino_id: UUID, provider: str, reference: str) -> UUID | None:
    """The one deposit that the provider calls by this reference; None when none or several are."""
    statement = select(table.c.id).where(
        table.c.reference == reference, table.c.casino_id == casino_id, table.c.provider == provider
    )
    found = list((await connection.execute(statement.limit(2))).scalars())
    return found[0] if len(found) == 1 else None


async def gross(
    connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID | None
) -> int:
    """What a player paid in since then, is about to or still could, but for one deposit."""
    total = await connection.execute(
        select(func.coalesce(func.sum(table.c.amount_minor), 0)).where(
            table.c.player_id == player_id,
            table.c.created_at >= since,
            table.c.currency == currency,
            or_(table.c.status.in_(CREDITED), _MAY_BE_PAID),
            true() if besides is None else table.c.id != besides,
        )
    )
    return int(total.scalar_one())


async def any_paid(connection: AsyncConnection, player_id: UUID) -> bool:
    """Whether a deposit of the player was ever paid."""
    statement = select(table.c.id).where(table.c.player_id == player_id, table.c.status.in_(CREDITED))
    return (await connection.execute(statement.limit(1))).first() is not None


async def undecided(connection: AsyncConnection, player_id: UUID) -> list[UUID]:
    """The player's deposits nobody has given up."""
    statement = select(table.c.id).where(table.c.player_id == player_id, table.c.status.in_(UNDECIDED))
    return list((await connection.execute(statement.order_by(table.c.id))).scalars())


async def undecided_or_refused(
    connection: AsyncConnection, player_id: UUID, since: datetime
) -> tuple[list[UUID], list[UUID]]:
    """The player's deposits nobody has given up, and those since then that we refused ourselves."""
    c = table.c
    refused = (c.status == Status.REFUSED) & (c.created_at >= since)
    statement = select(c.id, c.status).where(c.player_id == player_id, c.status.in_(UNDECIDED) | refused)
    found = (await connection.execute(statement)).all()
    parts: tuple[list[UUID], list[UUID]] = ([], [])
    for row in found:
        parts[row.status == Status.REFUSED].append(row.id)
    return parts


async def any_begun_as_another(
    connection: AsyncConnection, casino_id: UUID, provider: str, sent_as: str, now: datetime
) -> bool:
    """Whether a deposit may still be paid that was begun as another customer of the provider."""
    statement = select(table.c.id).where(
        table.c.casino_id == casino_id,
        table.c.created_at >= now - LONGEST_OPEN,
        table.c.provider == provider,
        _MAY_BE_PAID,
        table.c.sent_as != sent_as,
    )
    return (await connection.execute(statement.limit(1))).first() is not None
