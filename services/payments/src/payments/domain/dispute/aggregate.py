"""The life of a dispute: the provider says how far it has come, and we answer while an answer is awaited.

What the provider says ranks by stage and outcome, and the highest holds, so that words in any order end alike. What we
did ourselves counts in its stage for as long as the provider has not said what came of it; so does an answer that is on
its way to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from chassis.domain import Decider, NotFound
from payments.domain.dispute.answers import hear_answer, order, start
from payments.domain.dispute.commands import (
    AddEvidence,
    AnswerDispute,
    DisputeCommand,
    HearAnswer,
    HearDispute,
    OrderAnswer,
    StartAnswer,
    WatchDispute,
)
from payments.domain.dispute.errors import DisputeAnswerUnderway, DisputeNotOpen, UnlawfulDisputeWord
from payments.domain.dispute.events import (
    DisputeAdvanced,
    DisputeAnswered,
    DisputeAnswerOrdered,
    DisputeAnswerRefused,
    DisputeAnswerStarted,
    DisputeAnswerUnknown,
    DisputeDueSoon,
    DisputeEvent,
    DisputeEvidenceAdded,
    DisputeFeeCharged,
    DisputeOpened,
    DisputeStanding,
)
from payments.domain.dispute.states import Absent, Answer, Answering, Dispute, Opened, Told, standing
from payments.domain.dispute.table import TABLE, said
from payments.domain.dispute.words import AWAITED, STAGES, UNDECIDED, DisputeTold, Status, rank


def decide(command: DisputeCommand, state: Dispute) -> Sequence[DisputeEvent]:
    events = _decide(command, state)
    if not TABLE.allows(said(command), type(state), events):
        raise UnlawfulDisputeWord("unlisted")
    return events


def _decide(command: DisputeCommand, state: Dispute) -> Sequence[DisputeEvent]:
    if isinstance(command, HearDispute):
        return _hear(command, state)
    if isinstance(state, Absent):
        raise NotFound
    match command:
        case AnswerDispute():
            return _answer(command, state)
        case OrderAnswer():
            return order(command, state)
        case StartAnswer():
            return start(command, state)
        case HearAnswer():
            return hear_answer(command, state)
        case WatchDispute():
            return _watch(command, state)
        case AddEvidence():
            return _add(command, state)
        case _:
            assert_never(command)


def _hear(command: HearDispute, state: Dispute) -> Sequence[DisputeEvent]:
    word = command.word
    if isinstance(state, Absent):
        opened = DisputeOpened(
            fact=command.fact,
            stage=word.stage,
            status=word.status,
            amount_minor=command.deposited_minor if word.amount_minor is None else word.amount_minor,
            currency=word.currency or command.currency,
            code=word.code,
            due_at=word.due_at,
            said_at=command.said_at,
        )
        return [opened, *_fee(command, frozenset())]
    if command.fact != state.fact:
        raise UnlawfulDisputeWord("reference_differs")
    if word.any_stage:
        word = replace(word, stage=state.stage)
        command = replace(command, word=word)
    if word.currency not in (None, state.currency):
        raise UnlawfulDisputeWord("currency_differs")
    if _lost_after_won(command, state):
        raise UnlawfulDisputeWord("dispute_decided_twice")
    return [*_advance(command, state), *_fee(command, state.fees)]


def _lost_after_won(command: HearDispute, state: Told) -> bool:
    """Whether it was lost after it was won, in one stage: no provider says so of one dispute, so a person looks.

    What was lost may be won after all, as a bank thinks better of it; of these two words the earlier one may come last.
    """
    word, won_at = command.word, state.told_at
    if word.stage is not state.stage or (state.told, word.status) != (Status.WON, Status.LOST):
        return False
    return won_at is None or command.said_at > won_at


def _advance(command: HearDispute, state: Told) -> list[DisputeEvent]:
    word = command.word
    further = rank(word.stage, word.status) > rank(state.stage, state.told)
    due_at = _due(word, state)
    if not further and due_at == state.due_at:
        return []  # A repeat, or overtaken by a later word.
    above = word if further else None
    advanced = DisputeAdvanced(
        fact=state.fact,
        stage=above.stage if above else state.stage,
        status=above.status if above else state.told,
        amount_minor=above.amount_minor if above and above.amount_minor is not None else state.amount_minor,
        currency=state.currency,
        code=above.code if above else state.code,
        due_at=due_at,
        said_at=command.said_at,
    )
    return [advanced]


def _due(word: DisputeTold, state: Told) -> datetime | None:
    """The latest deadline that was told of the stage that holds."""
    if word.stage is not state.stage:
        return word.due_at if STAGES.index(word.stage) > STAGES.index(state.stage) else state.due_at
    told = [one for one in (word.due_at, state.due_at) if one is not None]
    return max(told, default=None)


def _fee(command: HearDispute, known: frozenset[str]) -> list[DisputeEvent]:
    fee = command.fee
    if fee is None or fee.movement in known:
        return []
    return [
        DisputeFeeCharged(fact=command.fact, movement=fee.movement, fee_minor=fee.amount_minor, currency=fee.currency)
    ]


def _answer(command: AnswerDispute, state: Told) -> Sequence[DisputeEvent]:
    if state.ours == (state.stage, command.status):
        return []
    answer = state.answer
    if answer is not None and answer.sent_as is not None and not answer.unknown:
        raise DisputeAnswerUnderway
    if not isinstance(state, Opened | Answering):
        raise DisputeNotOpen
    answered = DisputeAnswered(
        fact=state.fact, stage=state.stage, status=command.status, answered_at=command.now, by_hand=True
    )
    return [answered]


def _watch(command: WatchDispute, state: Told) -> Sequence[DisputeEvent]:
    if not isinstance(state, Opened) or state.due_at is None:
        return []
    if command.now >= state.due_at:
        expired = DisputeAnswered(fact=state.fact, stage=state.stage, status=Status.EXPIRED, answered_at=command.now)
        return [expired]
    near = command.now >= state.due_at - timedelta(seconds=command.warn_before_s)
    if near and state.stage not in state.warned:
        return [DisputeDueSoon(fact=state.fact, stage=state.stage, due_at=state.due_at)]
    return []


def _add(command: AddEvidence, state: Told) -> Sequence[DisputeEvent]:
    if command.evidence_id in state.evidence:
        return []
    if state.status not in UNDECIDED:
        raise DisputeNotOpen
    return [
        DisputeEvidenceAdded(
            fact=state.fact,
            evidence_id=command.evidence_id,
            kind=command.kind,
            media_type=command.media_type,
            size=command.size,
            sha256=command.sha256,
        )
    ]


def evolve(state: Dispute, event: DisputeEvent) -> Dispute:
    if isinstance(event, DisputeOpened | DisputeAdvanced):
        return standing(_told(state, event))
    return state if isinstance(state, Absent) else standing(_changed(state, event))


def _told(state: Dispute, event: DisputeStanding) -> Told:
    told = Told(
        fact=event.fact,
        stage=event.stage,
        told=event.status,
        amount_minor=event.amount_minor,
        currency=event.currency,
        code=event.code,
        due_at=event.due_at,
        told_at=event.said_at,
    )
    if isinstance(state, Absent):
        return told
    if (event.stage, event.status) == (state.stage, state.told):
        told = replace(told, told_at=state.told_at)  # It is told of another deadline.
    awaited = event.stage is state.stage and event.status in AWAITED
    again = _extended(state, event)
    return replace(
        told,
        ours=None if again else state.ours,
        answer=state.answer if awaited else None,
        fees=state.fees,
        warned=state.warned - {event.stage} if again else state.warned,
        evidence=state.evidence,
    )


def _extended(state: Told, event: DisputeStanding) -> bool:
    """Whether there is more time for what we had given up when its deadline passed: an answer is awaited again."""
    given_up = state.ours == (event.stage, Status.EXPIRED) and event.status is Status.OPENED
    return given_up and event.due_at is not None and state.due_at is not None and event.due_at > state.due_at


def _changed(
    state: Told,
    event: DisputeAnswerOrdered
    | DisputeAnswerStarted
    | DisputeAnswerUnknown
    | DisputeAnswered
    | DisputeAnswerRefused
    | DisputeDueSoon
    | DisputeEvidenceAdded
    | DisputeFeeCharged,
) -> Told:
    match event:
        case DisputeAnswerOrdered():
            ordered = Answer(id=event.answer_id, status=event.status, evidence=event.evidence, defence=event.defence)
            return replace(state, answer=ordered)
        case DisputeAnswerStarted():
            return replace(state, answer=state.answer and replace(state.answer, sent_as=event.sent_as))
        case DisputeAnswerUnknown():
            return replace(state, answer=state.answer and replace(state.answer, unknown=True))
        case DisputeAnswered():
            return replace(state, ours=(event.stage, event.status), answer=None)
        case DisputeAnswerRefused():
            return replace(state, answer=None)
        case DisputeDueSoon():
            return replace(state, warned=state.warned | {event.stage})
        case DisputeEvidenceAdded():
            return replace(state, evidence={**state.evidence, event.evidence_id: event.sha256})
        case DisputeFeeCharged():
            return replace(state, fees=state.fees | {event.movement})
        case _:
            assert_never(event)


initial: Dispute = Absent()
dispute: Decider[DisputeCommand, Dispute, DisputeEvent] = Decider("dispute", initial, decide, evolve)
