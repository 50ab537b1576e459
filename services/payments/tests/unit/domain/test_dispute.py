"""A dispute told as given/when/then, and that its words end alike in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import NotFound
from chassis.testing.spec import Spec
from payments.domain.dispute import events as e
from payments.domain.dispute.aggregate import dispute
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
from payments.domain.dispute.errors import (
    DisputeAnswerUnderway,
    DisputeNotOpen,
    EvidenceUnknown,
    UnlawfulDisputeWord,
)
from payments.domain.dispute.events import DisputeEvent, DisputeFact
from payments.domain.dispute.states import Absent, Answering, Dispute, Told
from payments.domain.dispute.words import (
    AnswerWord,
    DisputeTold,
    EvidenceSent,
    Fee,
    Refused,
    Stage,
    Status,
    Taken,
    Unanswered,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE = NOW + timedelta(days=10)
DAY_S = 86_400
FACT = DisputeFact(
    deposit_id=UUID(int=7),
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="stripe",
    reference="dp_1",
    payment="pi_1",
)
WORD = DisputeTold(
    payment="pi_1",
    stage=Stage.CHARGEBACK,
    status=Status.OPENED,
    amount_minor=50_00,
    currency="EUR",
    code="fraudulent",
    due_at=DUE,
)
LOST = replace(WORD, status=Status.LOST)
WON = replace(WORD, status=Status.WON)
STANDING: dict[str, Any] = {"amount_minor": 50_00, "currency": "EUR", "code": "fraudulent", "due_at": DUE}
OPENED = e.DisputeOpened(fact=FACT, stage=Stage.CHARGEBACK, status=Status.OPENED, said_at=NOW, **STANDING)
FEE = Fee(movement="txn_1", amount_minor=15_00, currency="USD")
CHARGED = e.DisputeFeeCharged(fact=FACT, movement="txn_1", fee_minor=15_00, currency="USD")
ACCEPT = AnswerDispute(status=Status.ACCEPTED, now=NOW)
CHALLENGE = AnswerDispute(status=Status.CHALLENGED, now=NOW)
ADD = AddEvidence(evidence_id=UUID(int=5), kind="receipt", media_type="application/pdf", size=7, sha256="ab")

DisputeSpec = Spec[DisputeCommand, Dispute, DisputeEvent]


@pytest.fixture
def spec() -> DisputeSpec:
    return Spec(dispute)


def hear(word: DisputeTold = WORD, **other: Any) -> HearDispute:
    command = HearDispute(fact=FACT, word=word, said_at=NOW, deposited_minor=80_00, currency="EUR")
    return replace(command, **other)


def told(stage: Stage = Stage.CHARGEBACK, status: Status = Status.OPENED, **other: Any) -> e.DisputeAdvanced:
    return e.DisputeAdvanced(fact=FACT, stage=stage, status=status, **{"said_at": NOW, **STANDING, **other})


def ours(status: Status, **other: Any) -> e.DisputeAnswered:
    return e.DisputeAnswered(fact=FACT, stage=Stage.CHARGEBACK, status=status, answered_at=NOW, **other)


def test_a_dispute_is_heard_of_at_whatever_stage(spec: DisputeSpec) -> None:
    spec.given().when(hear()).then(OPENED)
    spec.given(OPENED).when(hear()).then_nothing()


def test_where_the_amount_is_not_said_it_is_that_of_the_deposit(spec: DisputeSpec) -> None:
    warning = replace(WORD, stage=Stage.FRAUD_WARNING, amount_minor=None, currency=None, due_at=None)
    spec.given().when(hear(warning)).then(replace(OPENED, stage=Stage.FRAUD_WARNING, amount_minor=80_00, due_at=None))


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage.CHARGEBACK, Status.CHALLENGED),
        (Stage.CHARGEBACK, Status.LOST),
        (Stage.CHARGEBACK, Status.WON),
        (Stage.PRE_ARBITRATION, Status.OPENED),
        (Stage.ARBITRATION, Status.LOST),
    ],
)
def test_a_later_word_moves_it_and_an_earlier_one_does_not(spec: DisputeSpec, stage: Stage, status: Status) -> None:
    later = hear(replace(WORD, stage=stage, status=status))
    spec.given(OPENED).when(later).then(told(stage, status))
    spec.given(OPENED, told(stage, status)).when(hear()).then_nothing()


def test_what_is_said_of_any_stage_leaves_it_where_it_is(spec: DisputeSpec) -> None:
    """Adyen says that information was supplied of a request for information and of a chargeback alike."""
    asked = replace(OPENED, stage=Stage.INQUIRY)
    supplied = hear(replace(WORD, status=Status.CHALLENGED, any_stage=True))
    spec.given(asked).when(supplied).then(told(Stage.INQUIRY, Status.CHALLENGED))
    spec.given(OPENED).when(supplied).then(told(Stage.CHARGEBACK, Status.CHALLENGED))
    spec.given(asked, told(Stage.INQUIRY, Status.CHALLENGED)).when(hear()).then(told())


def test_a_later_deadline_holds(spec: DisputeSpec) -> None:
    longer = DUE + timedelta(days=3)
    spec.given(OPENED).when(hear(replace(WORD, due_at=longer))).then(told(due_at=longer))
    spec.given(OPENED, told(due_at=longer)).when(hear()).then_nothing()


def test_a_fee_counts_once(spec: DisputeSpec) -> None:
    spec.given().when(hear(fee=FEE)).then(OPENED, CHARGED)
    spec.given(OPENED, CHARGED).when(hear(fee=FEE)).then_nothing()


@pytest.mark.parametrize(
    ("history", "command", "why"),
    [
        ((), hear(fact=replace(FACT, payment="pi_2")), "reference_differs"),
        ((), hear(replace(WORD, currency="USD")), "currency_differs"),
        ((told(status=Status.WON),), hear(LOST, said_at=NOW + timedelta(seconds=1)), "dispute_decided_twice"),
    ],
)
def test_a_word_that_contradicts_what_is_known_is_set_aside(
    spec: DisputeSpec, history: Any, command: HearDispute, why: str
) -> None:
    assert spec.given(OPENED, *history).when(command).then_raises(UnlawfulDisputeWord).why == why


def test_what_was_lost_may_be_won_after_all_and_these_two_may_be_told_in_any_order(spec: DisputeSpec) -> None:
    spec.given(OPENED, told(status=Status.LOST)).when(hear(WON)).then(told(status=Status.WON))
    spec.given(OPENED, told(status=Status.WON)).when(hear(LOST, said_at=NOW - timedelta(days=9))).then_nothing()
    spec.given(OPENED, told(Stage.PRE_ARBITRATION, Status.LOST)).when(hear(WON)).then_nothing()


def test_a_deadline_that_is_told_later_does_not_make_the_win_a_later_one(spec: DisputeSpec) -> None:
    later, longer = NOW + timedelta(days=2), DUE + timedelta(days=3)
    won_again = told(status=Status.WON, due_at=longer, said_at=later)
    command = hear(LOST, said_at=NOW + timedelta(days=1))
    refused = spec.given(OPENED, told(status=Status.WON), won_again).when(command).then_raises(UnlawfulDisputeWord)
    assert refused.why == "dispute_decided_twice"


@pytest.mark.parametrize("command", [ACCEPT, CHALLENGE])
def test_staff_answer_while_an_answer_is_awaited(spec: DisputeSpec, command: AnswerDispute) -> None:
    spec.given(OPENED).when(command).then(ours(command.status, by_hand=True))
    spec.given(OPENED, ours(command.status)).when(command).then_nothing()
    for end in (Status.CHALLENGED, Status.LOST, Status.WON, Status.EXPIRED):
        spec.given(OPENED, told(status=end)).when(command).then_raises(DisputeNotOpen)


def test_what_was_challenged_is_not_accepted(spec: DisputeSpec) -> None:
    spec.given(OPENED, ours(Status.CHALLENGED)).when(ACCEPT).then_raises(DisputeNotOpen)


def test_each_stage_is_answered_for_itself(spec: DisputeSpec) -> None:
    further = told(Stage.PRE_ARBITRATION)
    spec.given(OPENED, ours(Status.CHALLENGED), further).when(ACCEPT).then(
        replace(ours(Status.ACCEPTED, by_hand=True), stage=Stage.PRE_ARBITRATION)
    )


def test_a_deadline_is_warned_of_once_and_then_is_over(spec: DisputeSpec) -> None:
    soon = e.DisputeDueSoon(fact=FACT, stage=Stage.CHARGEBACK, due_at=DUE)
    watch = WatchDispute(now=DUE - timedelta(days=3), warn_before_s=3 * DAY_S)
    spec.given(OPENED).when(replace(watch, now=DUE - timedelta(days=3, seconds=1))).then_nothing()
    spec.given(OPENED).when(watch).then(soon)
    spec.given(OPENED, soon).when(watch).then_nothing()
    spec.given(OPENED, soon).when(replace(watch, now=DUE)).then(replace(ours(Status.EXPIRED), answered_at=DUE))
    for answer in (Status.CHALLENGED, Status.ACCEPTED, Status.EXPIRED):
        spec.given(OPENED, ours(answer)).when(replace(watch, now=DUE)).then_nothing()


def test_more_time_after_the_deadline_passed_opens_it_again(spec: DisputeSpec) -> None:
    longer, soon = DUE + timedelta(days=7), e.DisputeDueSoon(fact=FACT, stage=Stage.CHARGEBACK, due_at=DUE)
    passed = (OPENED, soon, replace(ours(Status.EXPIRED), answered_at=DUE))
    spec.given(*passed).when(ACCEPT).then_raises(DisputeNotOpen)
    spec.given(*passed).when(hear(replace(WORD, due_at=longer))).then(told(due_at=longer))
    again = (*passed, told(due_at=longer))
    spec.given(*again).when(ACCEPT).then(ours(Status.ACCEPTED, by_hand=True))
    watch = WatchDispute(now=longer - timedelta(days=1), warn_before_s=3 * DAY_S)
    spec.given(*again).when(watch).then(replace(soon, due_at=longer))
    spec.given(*again).when(replace(watch, now=longer)).then(replace(ours(Status.EXPIRED), answered_at=longer))


@pytest.mark.parametrize("known", [ours(Status.ACCEPTED, by_hand=True), told(status=Status.EXPIRED)], ids=["us", "it"])
def test_more_time_opens_nothing_that_people_or_the_provider_ended(known: Any) -> None:
    before = dispute.fold([OPENED, known])
    (more,) = dispute.decide(hear(replace(WORD, due_at=DUE + timedelta(days=7))), before)
    state = dispute.fold([OPENED, known, more])
    assert isinstance(state, Told)
    assert state.status is known.status


def test_the_providers_word_is_above_our_clock() -> None:
    state = dispute.fold([OPENED, ours(Status.EXPIRED), told(status=Status.CHALLENGED)])
    assert isinstance(state, Told)
    assert state.status is Status.CHALLENGED


ANSWER = UUID(int=11)
CONTEST = OrderAnswer(answer_id=ANSWER, status=Status.CHALLENGED, now=NOW)
ORDERED = e.DisputeAnswerOrdered(
    fact=FACT,
    answer_id=ANSWER,
    stage=Stage.CHARGEBACK,
    status=Status.CHALLENGED,
    evidence=(),
    defence=None,
    ordered_at=NOW,
)
STARTED = e.DisputeAnswerStarted(fact=FACT, answer_id=ANSWER, sent_as="us")
UNKNOWN = e.DisputeAnswerUnknown(fact=FACT, answer_id=ANSWER)


def heard(word: AnswerWord, answer_id: UUID = ANSWER) -> HearAnswer:
    return HearAnswer(answer_id=answer_id, word=word, now=NOW)


def test_an_answer_is_ordered_sent_once_and_taken(spec: DisputeSpec) -> None:
    spec.given(OPENED).when(CONTEST).then(ORDERED)
    spec.given(OPENED, ORDERED).when(CONTEST).then_nothing()
    start = StartAnswer(answer_id=ANSWER, sent_as="us")
    spec.given(OPENED, ORDERED).when(start).then(STARTED)
    spec.given(OPENED, ORDERED, STARTED).when(start).then_nothing()
    spec.given(OPENED, ORDERED, STARTED).when(heard(Taken())).then(ours(Status.CHALLENGED, answer_id=ANSWER))


def test_no_second_answer_is_given_while_one_is_on_its_way_or_after_it_was_taken(spec: DisputeSpec) -> None:
    another = replace(CONTEST, answer_id=UUID(int=12), status=Status.ACCEPTED)
    for history in ((OPENED, ORDERED), (OPENED, ORDERED, STARTED), (OPENED, ORDERED, STARTED, UNKNOWN)):
        spec.given(*history).when(another).then_raises(DisputeAnswerUnderway)
    taken = ours(Status.CHALLENGED, answer_id=ANSWER)
    spec.given(OPENED, ORDERED, STARTED, taken).when(another).then_raises(DisputeNotOpen)


def test_an_answer_that_nobody_heard_of_is_unknown_and_not_refused(spec: DisputeSpec) -> None:
    spec.given(OPENED, ORDERED, STARTED).when(heard(Unanswered())).then(UNKNOWN)
    spec.given(OPENED, ORDERED, STARTED, UNKNOWN).when(heard(Unanswered())).then_nothing()
    spec.given(OPENED, ORDERED, STARTED, UNKNOWN).when(heard(Taken())).then(ours(Status.CHALLENGED, answer_id=ANSWER))


def test_after_a_refusal_another_answer_may_be_given(spec: DisputeSpec) -> None:
    refused = e.DisputeAnswerRefused(fact=FACT, answer_id=ANSWER, stage=Stage.CHARGEBACK, code="no")
    spec.given(OPENED, ORDERED, STARTED).when(heard(Refused(code="no"))).then(refused)
    again = replace(CONTEST, answer_id=UUID(int=12))
    spec.given(OPENED, ORDERED, STARTED, refused).when(again).then(replace(ORDERED, answer_id=UUID(int=12)))


def test_what_the_provider_says_itself_ends_an_answer_on_its_way(spec: DisputeSpec) -> None:
    known = told(status=Status.CHALLENGED)
    for word in (Taken(), Refused(code="no"), Unanswered()):
        spec.given(OPENED, ORDERED, STARTED, UNKNOWN, known).when(heard(word)).then_nothing()
    expired = dispute.fold([OPENED, ORDERED, STARTED, told(status=Status.EXPIRED)])
    assert isinstance(expired, Answering)


def test_people_answer_by_hand_what_is_unknown_or_not_sent_but_nothing_that_is_on_its_way(spec: DisputeSpec) -> None:
    spec.given(OPENED, ORDERED, STARTED).when(CHALLENGE).then_raises(DisputeAnswerUnderway)
    for history in ((OPENED, ORDERED), (OPENED, ORDERED, STARTED, UNKNOWN)):
        spec.given(*history).when(CHALLENGE).then(ours(Status.CHALLENGED, by_hand=True))


def test_a_deadline_says_nothing_while_an_answer_is_on_its_way(spec: DisputeSpec) -> None:
    watch = WatchDispute(now=DUE, warn_before_s=3 * DAY_S)
    spec.given(OPENED, ORDERED, STARTED, UNKNOWN).when(watch).then_nothing()


def test_only_what_is_kept_is_sent(spec: DisputeSpec) -> None:
    sent = replace(CONTEST, evidence=(EvidenceSent(evidence_id=UUID(int=6), document="receipt"),))
    spec.given(OPENED).when(sent).then_raises(EvidenceUnknown)


def test_evidence_is_added_until_it_is_decided(spec: DisputeSpec) -> None:
    added = e.DisputeEvidenceAdded(
        fact=FACT, evidence_id=UUID(int=5), kind="receipt", media_type="application/pdf", size=7, sha256="ab"
    )
    spec.given(OPENED).when(ADD).then(added)
    spec.given(OPENED, added).when(ADD).then_nothing()
    spec.given(OPENED, told(status=Status.LOST)).when(ADD).then_raises(DisputeNotOpen)


@pytest.mark.parametrize("command", [ACCEPT, ADD, WatchDispute(now=NOW, warn_before_s=0)])
def test_nobody_answers_what_is_not_there(spec: DisputeSpec, command: DisputeCommand) -> None:
    spec.given().when(command).then_raises(NotFound)


@given(
    st.lists(
        st.builds(
            DisputeTold,
            payment=st.just("pi_1"),
            stage=st.sampled_from(Stage),
            status=st.sampled_from(Status),
            amount_minor=st.just(50_00),
            currency=st.just("EUR"),
            code=st.just("fraudulent"),
            due_at=st.sampled_from([None, DUE, DUE + timedelta(days=3)]),
        ),
        min_size=1,
        max_size=6,
    ).flatmap(lambda words: st.tuples(st.just(words), st.permutations(words)))
)
def test_words_in_any_order_end_alike(both: tuple[list[DisputeTold], list[DisputeTold]]) -> None:
    ends = []
    for words in both:
        state: Dispute = Absent()
        for word in words:
            state = dispute.fold(dispute.decide(hear(word), state), state)
        ends.append(state)
    assert ends[0] == ends[1]
