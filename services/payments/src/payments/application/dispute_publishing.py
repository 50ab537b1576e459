"""What others hear of disputes: that one is there, how far it came, that its deadline is near, and how it ended."""

from typing import Any, assert_never

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.payments import dispute_events as told
from payments.domain.dispute import events as e
from payments.domain.dispute.words import UNDECIDED, Stage


def disputed(recorded: Recorded[e.DisputeEvent]) -> list[ContractEvent]:
    """The facts of an event: none for files, fees and answers that are on their way."""
    event = recorded.event
    fact = event.fact
    whose: dict[str, Any] = {
        "dispute_id": recorded.stream_key,
        "deposit_id": fact.deposit_id,
        "player_id": fact.player_id,
        "casino_id": fact.casino_id,
        "provider": fact.provider,
    }
    match event:
        case e.DisputeOpened() | e.DisputeAdvanced():
            return [told.DisputeStageReached(**whose, **_standing(event))]
        case e.DisputeAnswered():
            return [told.DisputeAnswered(**whose, **_stage(event.stage), status=event.status.value)]
        case e.DisputeDueSoon():
            return [told.DisputeDueSoon(**whose, **_stage(event.stage), due_at=event.due_at)]
        case (
            e.DisputeAnswerOrdered()
            | e.DisputeAnswerStarted()
            | e.DisputeAnswerUnknown()
            | e.DisputeAnswerRefused()
            | e.DisputeEvidenceAdded()
            | e.DisputeFeeCharged()
        ):
            return []
        case _:
            assert_never(event)


def _stage(stage: Stage) -> dict[str, Any]:
    return {"stage": stage.value}


def _standing(event: e.DisputeOpened | e.DisputeAdvanced) -> dict[str, Any]:
    return {
        **_stage(event.stage),
        "status": event.status.value,
        "decided": event.status not in UNDECIDED,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "code": event.code,
        "due_at": event.due_at,
    }
