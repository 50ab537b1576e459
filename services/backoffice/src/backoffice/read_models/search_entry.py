"""What a search finds of other services: payments, rounds, game sessions, cases, documents, hits and report jobs.

Players and casinos are found in their own lists. Nothing personal is here: ids, and references of outside parties.

A round is here once per movement, under the supplier's id of it: a movement is written once and never again. Whoever
searches gets the round once.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid

from backoffice.application.schema import metadata
from chassis.store import ReadModel, Recorded, Row
from contracts.games.events import GameSessionClosed, GameSessionOpened
from contracts.games.rounds import round_id
from contracts.payments import events as payments
from contracts.payments.reversal_events import DepositReinstated, DepositReversed
from contracts.reports.events import ReportRequested
from contracts.verification import events as verification

EntryKind = Literal["deposit", "withdrawal", "round", "session", "case", "document", "hit", "report"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)

table = Table(
    "rm_search_entry",
    metadata,
    Column("kind", Text, primary_key=True),
    Column(
        "entry_id", Uuid, primary_key=True, comment="of the thing; of a round's movement, which stands for the round"
    ),
    Column("id", Uuid, nullable=False, comment="of the thing that is found"),
    Column("casino_id", Uuid, comment="none: it is of no casino, and shown to its owner alone"),
    Column("player_id", Uuid),
    Column("owner_id", Text, comment="the colleague whose own it is, and whom alone it is shown to"),
    Column("happened_at", DateTime(timezone=True), nullable=False, comment="when it was first heard of"),
    Column("reference", Text, comment="a provider's or supplier's id of it"),
    Column("movement_reference", Text, comment="a supplier's id of a round's movement"),
    Column("label", Text, comment="provider, supplier and game, kind of document, report"),
    Index("ix_rm_search_entry_id", "id"),
    Index("ix_rm_search_entry_reference", "reference"),
    Index("ix_rm_search_entry_movement_reference", "movement_reference"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What an event is about, as it is found."""

    kind: EntryKind
    id: UUID
    entry_id: UUID | None = None
    reference: str | None = None
    movement_reference: str | None = None
    label: str | None = None


_DEPOSITS = (
    payments.DepositRequested,
    payments.DepositRefused,
    payments.DepositOutcomeUnknown,
    payments.DepositSucceeded,
    DepositReversed,
    DepositReinstated,
    payments.DepositFailed,
)
_WITHDRAWALS = (
    payments.WithdrawalRequested,
    payments.WithdrawalApproved,
    payments.WithdrawalRejected,
    payments.WithdrawalCancelled,
    payments.PayoutSent,
    payments.PayoutOutcomeUnknown,
    payments.WithdrawalPaid,
    payments.WithdrawalFailed,
    payments.WithdrawalReturned,
)
_CASES = (verification.CaseOpened, verification.ScreeningCompleted, verification.VerificationLevelReached)
_DOCUMENTS = (verification.DocumentUploaded, verification.DocumentAccepted, verification.DocumentRejected)
_SESSIONS = (GameSessionOpened, GameSessionClosed)


def thing_of(event: Any) -> Thing | None:
    """What the event is about; None when nobody searches for that."""
    match event:
        case payments.TransferPosted():
            return _round(event)
        case verification.HitRaised() | verification.HitDecided():
            return Thing(kind="hit", id=event.hit_id)
        case ReportRequested():
            return Thing(kind="report", id=event.job_id, label=event.report)
    if isinstance(event, _CASES):
        return Thing(kind="case", id=event.case_id)
    if isinstance(event, _DOCUMENTS):
        return Thing(kind="document", id=event.document_id, label=event.kind)
    if isinstance(event, _SESSIONS):
        return Thing(kind="session", id=event.session_id, label=_game(event))
    return _payment(event)


def _payment(event: Any) -> Thing:
    reference, provider = getattr(event, "provider_reference", None), getattr(event, "provider", None)
    if isinstance(event, _DEPOSITS):
        return Thing(kind="deposit", id=event.deposit_id, reference=reference, label=provider)
    return Thing(kind="withdrawal", id=event.withdrawal_id, reference=reference, label=provider)


def _round(event: payments.TransferPosted) -> Thing | None:
    if event.supplier is None or event.game_code is None or event.round_ref is None:
        return None
    return Thing(
        kind="round",
        id=round_id(event.supplier, event.casino_id, event.player_id, event.game_code, event.round_ref),
        entry_id=event.transfer_id,
        reference=event.round_ref,
        movement_reference=event.supplier_tx,
        label=_game(event),
    )


def _game(event: Any) -> str | None:
    return (
        f"{event.supplier} {event.game_code}"
        if isinstance(event, (GameSessionOpened, payments.TransferPosted))
        else None
    )


def key(recorded: Recorded[Any]) -> tuple[Any, ...] | None:
    """An entry per thing, and per movement of a round."""
    thing = thing_of(recorded.event)
    return None if thing is None else (thing.kind, thing.entry_id or thing.id)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The entry after an event; what is known of it once stays."""
    event, thing = recorded.event, thing_of(recorded.event)
    assert thing is not None, "the key says that it is something"
    if row is not None:
        return {**row, "reference": row["reference"] or thing.reference, "label": row["label"] or thing.label}
    return {
        "kind": thing.kind,
        "entry_id": thing.entry_id or thing.id,
        "id": thing.id,
        "casino_id": getattr(event, "casino_id", None),
        "player_id": getattr(event, "player_id", None),
        "owner_id": getattr(event, "requested_by", None),
        "happened_at": recorded.meta.occurred_at,
        "reference": thing.reference,
        "movement_reference": thing.movement_reference,
        "label": thing.label,
    }


search_entry = ReadModel(
    "search_entry",
    table,
    (
        payments.TransferPosted,
        *_DEPOSITS,
        *_WITHDRAWALS,
        *_SESSIONS,
        *_CASES,
        *_DOCUMENTS,
        verification.HitRaised,
        verification.HitDecided,
        ReportRequested,
    ),
    key=key,
    fold=fold,
)
