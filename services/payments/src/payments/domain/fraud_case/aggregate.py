"""The life of a case: opened by rules, fed by them while it is open, closed by a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from chassis.domain import Decider, NotFound
from payments.domain.fraud_case.commands import AssignCase, CaseCommand, DecideCase, NoteCase, RaiseAlert
from payments.domain.fraud_case.errors import FraudCaseClosed
from payments.domain.fraud_case.events import (
    Alert,
    FraudCaseAlerted,
    FraudCaseAssigned,
    FraudCaseDecided,
    FraudCaseEvent,
    FraudCaseNoted,
    FraudCaseOpened,
)
from payments.domain.fraud_case.words import CaseOutcome

MOST_ALERTS = 200
"""That a case remembers one by one; the decisions name the case anyway."""


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Somebody is to look into it. `rules`: everything that held so far, `payments`: where."""

    casino_id: UUID
    player_id: UUID
    rules: frozenset[str]
    payments: frozenset[UUID]
    assignee: str | None = None
    notes: tuple[FraudCaseNoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """It was decided."""

    case: Open
    outcome: CaseOutcome


FraudCase = Absent | Open | Closed


def decide(command: CaseCommand, state: FraudCase) -> Sequence[FraudCaseEvent]:
    match command:
        case RaiseAlert():
            return _raise(command, state)
        case AssignCase():
            return [] if _open(state).assignee == command.assignee else [FraudCaseAssigned(assignee=command.assignee)]
        case NoteCase():
            return _note(command, state)
        case DecideCase():
            return _decide(command, state)
        case _:
            assert_never(command)


def _raise(command: RaiseAlert, state: FraudCase) -> Sequence[FraudCaseEvent]:
    match state:
        case Absent():
            return [FraudCaseOpened(casino_id=command.casino_id, player_id=command.player_id, alert=command.alert)]
        case Open():
            return [FraudCaseAlerted(alert=command.alert)] if _is_news(command.alert, state) else []
        case Closed():
            raise FraudCaseClosed
        case _:
            assert_never(state)


def _is_news(alert: Alert, state: Open) -> bool:
    """The same rules at one more refused deposit are no news: whoever tries a thousand times fills no case. Of a
    payment that it knows others are, where it is a withdrawal, which waits for people because of them.
    """
    other = not set(alert.rules) <= state.rules
    if alert.payment_id in state.payments:
        return other and alert.trigger == "withdrawal"
    return len(state.payments) < MOST_ALERTS and (other or alert.trigger == "withdrawal")


def _note(command: NoteCase, state: FraudCase) -> Sequence[FraudCaseEvent]:
    """A case that is closed may be added to: what comes out later belongs there."""
    if isinstance(state, Absent):
        raise NotFound
    noted = FraudCaseNoted(note_id=command.note_id, note=command.note, author=command.author, noted_at=command.now)
    return [] if any(one.note_id == command.note_id for one in facts(state).notes) else [noted]


def _decide(command: DecideCase, state: FraudCase) -> Sequence[FraudCaseEvent]:
    if isinstance(state, Closed) and state.outcome is command.outcome:
        return []
    case = _open(state)
    decided = FraudCaseDecided(
        casino_id=case.casino_id,
        player_id=case.player_id,
        outcome=command.outcome,
        decided_by=command.by,
        decided_at=command.now,
    )
    return [decided]


def _open(state: FraudCase) -> Open:
    match state:
        case Absent():
            raise NotFound
        case Closed():
            raise FraudCaseClosed
        case Open():
            return state
        case _:
            assert_never(state)


def facts(state: Open | Closed) -> Open:
    """What is known of the case, closed or not."""
    return state.case if isinstance(state, Closed) else state


def evolve(state: FraudCase, event: FraudCaseEvent) -> FraudCase:
    if isinstance(event, FraudCaseOpened):
        alert = event.alert
        return Open(
            casino_id=event.casino_id,
            player_id=event.player_id,
            rules=frozenset(alert.rules),
            payments=frozenset((alert.payment_id,)),
        )
    if isinstance(state, Absent):
        return state
    case = facts(state)
    match event:
        case FraudCaseAlerted():
            alert = event.alert
            changed = replace(case, rules=case.rules | set(alert.rules), payments=case.payments | {alert.payment_id})
        case FraudCaseAssigned():
            changed = replace(case, assignee=event.assignee)
        case FraudCaseNoted():
            changed = replace(case, notes=(*case.notes, event))
        case FraudCaseDecided():
            return Closed(case, event.outcome)
        case _:
            assert_never(event)
    return changed if isinstance(state, Open) else Closed(changed, state.outcome)


initial: FraudCase = Absent()
fraud_case: Decider[CaseCommand, FraudCase, FraudCaseEvent] = Decider("fraud_case", initial, decide, evolve)
