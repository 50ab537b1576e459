"""What others hear of cases of fraud: the audit log does."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.payments import fraud_events as told
from payments.domain.fraud_case import events as e


def told_of_case(recorded: Recorded[e.FraudCaseEvent]) -> Iterable[ContractEvent]:
    """One fact, without anybody's words."""
    event, case_id, casino_id = recorded.event, recorded.stream_key, recorded.meta.casino_id
    if casino_id is None:
        return []
    match event:
        case e.FraudCaseOpened():
            alert = event.alert
            opened = told.FraudCaseOpened.model_validate(
                {
                    "case_id": case_id,
                    "player_id": event.player_id,
                    "casino_id": casino_id,
                    "payment_id": alert.payment_id,
                    "trigger": alert.trigger,
                    "action": alert.action,
                    "rules": alert.rules,
                }
            )
            return [opened]
        case e.FraudCaseAlerted():
            return []  # More of the same; the record of the decision names the case.
        case e.FraudCaseAssigned():
            assignee = None if event.assignee is None else UUID(event.assignee)
            return [told.FraudCaseAssigned(case_id=case_id, casino_id=casino_id, assignee=assignee)]
        case e.FraudCaseNoted():
            return [told.FraudCaseNoted(case_id=case_id, casino_id=casino_id, note_id=event.note_id)]
        case e.FraudCaseDecided():
            decided = told.FraudCaseDecided(
                case_id=case_id, player_id=event.player_id, casino_id=casino_id, outcome=event.outcome.value
            )
            return [decided]
        case _:
            assert_never(event)
