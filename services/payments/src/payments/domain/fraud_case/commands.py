"""What can be asked of a case. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.fraud_case.events import Alert
from payments.domain.fraud_case.words import CaseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlert:
    """Rules found something at a payment."""

    casino_id: UUID
    player_id: UUID
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCase:
    """Somebody shall look into it; None: whoever likes."""

    assignee: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCase:
    """Somebody writes down what he found; `note` is readable with the player's key only."""

    note_id: UUID
    note: str
    author: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideCase:
    """Somebody says what it was."""

    outcome: CaseOutcome
    by: str
    now: datetime


CaseCommand = RaiseAlert | AssignCase | NoteCase | DecideCase
