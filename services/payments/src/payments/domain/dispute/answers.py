"""Answers that go to the provider by its API: one at a time, and none is taken for refused that may have arrived."""

from collections.abc import Sequence
from typing import assert_never

from payments.domain.dispute.commands import HearAnswer, OrderAnswer, StartAnswer
from payments.domain.dispute.errors import DisputeAnswerUnderway, DisputeNotOpen, EvidenceUnknown
from payments.domain.dispute.events import (
    DisputeAnswered,
    DisputeAnswerOrdered,
    DisputeAnswerRefused,
    DisputeAnswerStarted,
    DisputeAnswerUnknown,
    DisputeEvent,
)
from payments.domain.dispute.states import Answering, Opened, Told
from payments.domain.dispute.words import Refused, Taken, Unanswered


def order(command: OrderAnswer, state: Told) -> Sequence[DisputeEvent]:
    """Raises: DisputeNotOpen, DisputeAnswerUnderway, EvidenceUnknown."""
    if isinstance(state, Answering):
        if state.answer is not None and state.answer.id == command.answer_id:
            return []
        raise DisputeAnswerUnderway
    if not isinstance(state, Opened):
        raise DisputeNotOpen
    if not {one.evidence_id for one in command.evidence} <= state.evidence.keys():
        raise EvidenceUnknown(field="files")
    ordered = DisputeAnswerOrdered(
        fact=state.fact,
        answer_id=command.answer_id,
        stage=state.stage,
        status=command.status,
        evidence=command.evidence,
        defence=command.defence,
        ordered_at=command.now,
    )
    return [ordered]


def start(command: StartAnswer, state: Told) -> Sequence[DisputeEvent]:
    """Once, and only what was not overtaken."""
    answer = state.answer
    if answer is None or answer.id != command.answer_id or answer.sent_as is not None:
        return []
    return [DisputeAnswerStarted(fact=state.fact, answer_id=answer.id, sent_as=command.sent_as)]


def hear_answer(command: HearAnswer, state: Told) -> Sequence[DisputeEvent]:
    """Nothing where the provider has meanwhile said itself how the stage stands."""
    answer = state.answer
    if answer is None or answer.id != command.answer_id or answer.sent_as is None:
        return []
    match command.word:
        case Taken():
            taken = DisputeAnswered(
                fact=state.fact,
                stage=state.stage,
                status=answer.status,
                answered_at=command.now,
                answer_id=answer.id,
            )
            return [taken]
        case Refused():
            code = command.word.code
            return [DisputeAnswerRefused(fact=state.fact, answer_id=answer.id, stage=state.stage, code=code)]
        case Unanswered():
            return [] if answer.unknown else [DisputeAnswerUnknown(fact=state.fact, answer_id=answer.id)]
        case _:
            assert_never(command.word)
