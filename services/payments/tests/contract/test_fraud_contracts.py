"""What the events of fraud cases tell others, and that each of them is told as it was promised."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.golden import assert_as_promised, recorded
from contracts.event import ContractEvent
from contracts.payments import fraud_events
from contracts.registry import produced_by
from payments.application.publishing import publish
from payments.domain.fraud_case import events as fraud_case
from payments.domain.fraud_case.words import CaseOutcome

ONE, PLAYER, CASINO, TWO = (UUID(int=n) for n in range(1, 5))
NOW = datetime(2026, 9, 1, tzinfo=UTC)
ALERT = fraud_case.Alert(
    decision_id=TWO, payment_id=TWO, trigger="deposit", action="review", rules=("STRUCT",), raised_at=NOW
)
FRAUD_CASES: list[tuple[Any, ContractEvent | None]] = [
    (
        fraud_case.FraudCaseOpened(casino_id=CASINO, player_id=PLAYER, alert=ALERT),
        fraud_events.FraudCaseOpened(
            case_id=ONE,
            player_id=PLAYER,
            casino_id=CASINO,
            payment_id=TWO,
            trigger="deposit",
            action="review",
            rules=("STRUCT",),
        ),
    ),
    (fraud_case.FraudCaseAlerted(alert=ALERT), None),
    (
        fraud_case.FraudCaseAssigned(assignee=str(TWO)),
        fraud_events.FraudCaseAssigned(case_id=ONE, casino_id=CASINO, assignee=TWO),
    ),
    (
        fraud_case.FraudCaseNoted(note_id=TWO, note="sealed", author="ann", noted_at=NOW),
        fraud_events.FraudCaseNoted(case_id=ONE, casino_id=CASINO, note_id=TWO),
    ),
    (
        fraud_case.FraudCaseDecided(
            casino_id=CASINO, player_id=PLAYER, outcome=CaseOutcome.FRAUD, decided_by="ann", decided_at=NOW
        ),
        fraud_events.FraudCaseDecided(case_id=ONE, player_id=PLAYER, casino_id=CASINO, outcome="fraud"),
    ),
]
BY_HAND: set[type[ContractEvent]] = {
    fraud_events.FraudRulesPublished,
    fraud_events.FraudRuleSwitched,
    fraud_events.FraudListChanged,
}
"""Of rules and lists, which have no stream."""


@pytest.mark.parametrize(("happened", "fact"), FRAUD_CASES, ids=lambda value: type(value).__name__)
def test_each_event_of_a_case_is_told_as_promised(happened: Any, fact: ContractEvent | None) -> None:
    assert list(publish(recorded(happened, f"fraud_case-{ONE}", CASINO))) == ([fact] if fact else [])
    if fact:
        assert_as_promised(fact)


def test_no_event_of_a_case_is_forgotten() -> None:
    assert {type(happened) for happened, _ in FRAUD_CASES} == set(fraud_case.FRAUD_CASE_EVENTS)


def test_every_promised_event_of_fraud_is_told_by_something() -> None:
    promised = {cls for cls in produced_by("payments") if cls.topic == fraud_events.FRAUD}
    assert {type(fact) for _, fact in FRAUD_CASES if fact} | BY_HAND == promised
