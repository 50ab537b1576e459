"""What can happen to a case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event
from payments.domain.fraud_case.words import CaseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What was found at one payment.

    Attributes:
        decision_id: the record with everything it was found by.
        trigger: `deposit` or `withdrawal`.
        rules: the live rules that held.
    """

    decision_id: UUID
    payment_id: UUID
    trigger: str
    action: str
    rules: tuple[str, ...]
    raised_at: datetime


@event("payments.fraud_case_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCaseOpened:
    """Rules found something, and no case of the player was open."""

    casino_id: UUID
    player_id: UUID
    alert: Alert


@event("payments.fraud_case_alerted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCaseAlerted:
    """Rules found more at another payment of the player."""

    alert: Alert


@event("payments.fraud_case_assigned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCaseAssigned:
    """Somebody is to look into it; None: nobody in particular any more."""

    assignee: str | None


@event("payments.fraud_case_noted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCaseNoted:
    """Somebody wrote down what he found; `note` is readable with the player's key only."""

    note_id: UUID
    note: str
    author: str
    noted_at: datetime


@event("payments.fraud_case_decided", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCaseDecided:
    """Somebody said what it was. It is closed; what is found later opens another case."""

    casino_id: UUID
    player_id: UUID
    outcome: CaseOutcome
    decided_by: str
    decided_at: datetime


FraudCaseEvent = FraudCaseOpened | FraudCaseAlerted | FraudCaseAssigned | FraudCaseNoted | FraudCaseDecided
FRAUD_CASE_EVENTS = (FraudCaseOpened, FraudCaseAlerted, FraudCaseAssigned, FraudCaseNoted, FraudCaseDecided)
