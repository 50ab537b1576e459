"""The list of disputes: one row each, with its stage, its deadline and what was done about it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.schema import metadata
from payments.domain.deposit.events import DepositReinstated, DepositReversed
from payments.domain.dispute import events as e
from payments.domain.dispute.naming import dispute_id_of, dispute_of
from payments.domain.dispute.words import AWAITED, TAKES_MONEY, UNDECIDED, AnswerState, Status

table = Table(
    "rm_dispute_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("deposit_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("reference", Text, nullable=False, comment="how the provider calls the dispute"),
    Column("payment", Text, nullable=False, comment="how the provider calls the payment"),
    Column("stage", Text, nullable=False),
    Column("status", Text, nullable=False, comment="of the stage, with what we did ourselves"),
    Column("told", Text, nullable=False, comment="of the stage, as the provider says"),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("code", Text, nullable=False, comment="why, in the words of the provider or the scheme"),
    Column("due_at", DateTime(timezone=True), comment="until when an answer is awaited"),
    Column("fee_minor", BigInteger, nullable=False, server_default="0"),
    Column("fee_currency", Text),
    Column("evidence", Integer, nullable=False, server_default="0", comment="files that are kept for it"),
    Column("warned", Boolean, nullable=False, server_default=text("false"), comment="its deadline is near"),
    Column("by_hand", Boolean, nullable=False, server_default=text("false"), comment="answered at the provider"),
    Column("answered_by", Text),
    Column("answering", Text, comment="what is, or was last, said to the provider: accepted or challenged"),
    Column("answer", Text, comment="how far that has come"),
    Column("answer_code", Text, comment="why the provider did not take it"),
    Column("taken", Boolean, nullable=False, server_default=text("false"), comment="its money is with the payer"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_dispute_list_casino", "casino_id", "opened_at", "id"),
    Index("ix_rm_dispute_list_player", "player_id", "opened_at", "id"),
    Index("ix_rm_dispute_list_deposit", "deposit_id", "opened_at", "id"),
    Index("ix_rm_dispute_list_opened_at", "opened_at", "id"),
    Index("ix_rm_dispute_list_status", "status", "opened_at", "id"),
    Index("ix_rm_dispute_list_due_at", "due_at", "id"),
    Index("ix_rm_dispute_list_reference", "reference"),
)


_NO_ANSWER: Row = {"answering": None, "answer": None, "answer_code": None}


_UNDERWAY = (AnswerState.ORDERED, AnswerState.SENDING, AnswerState.UNKNOWN)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The dispute's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.DisputeOpened):
        fact = event.fact
        return {
            "id": recorded.stream_key,
            "deposit_id": fact.deposit_id,
            "casino_id": fact.casino_id,
            "player_id": fact.player_id,
            "provider": fact.provider,
            "reference": fact.reference,
            "payment": fact.payment,
            **_standing(event),
            "status": event.status,
            "fee_minor": 0,
            "fee_currency": None,
            "evidence": 0,
            "warned": False,
            "by_hand": False,
            "answered_by": None,
            **_NO_ANSWER,
            "taken": False,
            "opened_at": at,
            "updated_at": at,
        }
    if row is None:
        return None
    return {**row, **_changes(row, recorded), "updated_at": max(row["opened_at"], at)}


def _standing(event: e.DisputeStanding) -> dict[str, Any]:
    return {
        "stage": event.stage,
        "told": event.status,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "code": event.code,
        "due_at": event.due_at,
    }


def _changes(row: Row, recorded: Recorded[Any]) -> dict[str, Any]:
    event = recorded.event
    match event:
        case e.DisputeAdvanced():
            return _advanced(row, event)
        case e.DisputeDueSoon():
            return {"warned": True}
        case e.DisputeEvidenceAdded():
            return {"evidence": row["evidence"] + 1}
        case e.DisputeFeeCharged():
            same = row["fee_currency"] in (None, event.currency)
            fee = row["fee_minor"] + event.fee_minor if same else event.fee_minor
            return {"fee_minor": fee, "fee_currency": event.currency}
        case DepositReversed() | DepositReinstated():
            return {"taken": isinstance(event, DepositReversed)}
        case _:
            return _answered(row, recorded)


def _advanced(row: Row, event: e.DisputeAdvanced) -> dict[str, Any]:
    if event.stage != row["stage"]:
        begun = {"status": event.status, "warned": False, "by_hand": False, "answered_by": None}
        return {**_standing(event), **begun, **_NO_ANSWER}
    awaited = event.status in AWAITED
    given_up = (row["status"], row["told"], event.status) == (Status.EXPIRED, Status.OPENED, Status.OPENED)
    if given_up and event.due_at is not None and row["due_at"] is not None and event.due_at > row["due_at"]:
        return {**_standing(event), "status": Status.OPENED, "warned": False, "answered_by": None}
    ours = row["answered_by"] is not None and awaited
    over: dict[str, Any] = {}
    if row["answer"] in _UNDERWAY and not awaited:
        over = {"answer": AnswerState.TAKEN} if event.status == row["answering"] else _NO_ANSWER
    return {**_standing(event), "status": row["status"] if ours else event.status, **over}


def _answered(row: Row, recorded: Recorded[Any]) -> dict[str, Any]:
    """What we said, or are saying."""
    event, by = recorded.event, recorded.meta.actor.id
    match event:
        case e.DisputeAnswerOrdered():
            ordered = {"answering": event.status, "answer": AnswerState.ORDERED, "answer_code": None}
            return {**ordered, "answered_by": by}
        case e.DisputeAnswerStarted():
            return {"answer": AnswerState.SENDING}
        case e.DisputeAnswerUnknown():
            return {"answer": AnswerState.UNKNOWN}
        case e.DisputeAnswered() if event.answer_id is not None:
            return {"status": event.status, "answer": AnswerState.TAKEN}
        case e.DisputeAnswered():
            return {"status": event.status, "by_hand": event.by_hand, "answered_by": by, **_NO_ANSWER}
        case e.DisputeAnswerRefused():
            refused = {"answer": AnswerState.REFUSED, "answer_code": event.code}
            return {**refused, "status": row["told"], "answered_by": None}
        case _:
            return {}


def _key(recorded: Recorded[Any]) -> tuple[UUID]:
    """Money moves by the deposit, under the name of the dispute; what else moves of one has no row here."""
    event = recorded.event
    if isinstance(event, DepositReversed | DepositReinstated):
        return (dispute_id_of(event.casino_id, event.provider, dispute_of(event.movement)),)
    return (recorded.stream_key,)


dispute_list = ReadModel(
    name="dispute_list",
    table=table,
    handles=(*e.DISPUTE_EVENTS, DepositReversed, DepositReinstated),
    key=_key,
    fold=fold,
)


async def find(connection: AsyncConnection, dispute_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == dispute_id))).mappings().one_or_none()
    return None if row is None else dict(row)


TAKEN_WITHIN = timedelta(days=30)
"""For how long after a stage came to its end without a win its money may yet be taken: what a bank has not asked for by
then it does not get without a new stage, which is told.
"""


async def may_lose(connection: AsyncConnection, player_id: UUID, now: datetime) -> bool:
    """Whether a bank wants a payment of the player's back and it is not decided, or it was let go and its money is not
    taken yet.
    """
    let_go = table.c.status.not_in({Status.WON}) & ~table.c.taken & (table.c.updated_at > now - TAKEN_WITHIN)
    statement = select(table.c.id).where(
        table.c.player_id == player_id, table.c.stage.in_(TAKES_MONEY), or_(table.c.status.in_(UNDECIDED), let_go)
    )
    return (await connection.execute(statement.limit(1))).first() is not None
