"""The case, as sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError
from chassis.testing.spec import Spec
from verification.domain.case import errors
from verification.domain.case.aggregate import Case, Opened, case, level_of
from verification.domain.case.commands import (
    AcceptDocument,
    AssessLevel,
    CaseCommand,
    ChangeName,
    EraseCase,
    OpenCase,
    RecordScreening,
    RejectDocument,
    SettleHit,
    UploadDocument,
)
from verification.domain.case.events import (
    CaseErased,
    CaseEvent,
    CaseOpened,
    DocumentAccepted,
    DocumentRejected,
    DocumentReopened,
    DocumentUploaded,
    HitSettled,
    LevelReached,
    NameChanged,
    ScreeningCompleted,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAYER, CASINO, PASSPORT, BILL, HIT, OTHER_HIT = (UUID(int=n) for n in range(1, 7))
AGENT, UPLOADER = "agent", str(PLAYER)
IDENTITY = ("identity",)

OPENED = CaseOpened(player_id=PLAYER, casino_id=CASINO, country="MT", opened_at=NOW)
UPLOADED = DocumentUploaded(
    document_id=PASSPORT,
    kind="passport",
    media_type="image/jpeg",
    size_bytes=10,
    sha256="aa",
    uploaded_by=UPLOADER,
    uploaded_at=NOW,
)
ACCEPTED = DocumentAccepted(document_id=PASSPORT, kind="passport", expires_on=None, decided_by=AGENT, decided_at=NOW)
CLEAN = ScreeningCompleted(raised=(), withdrawn=(), open_hits=0, lists=("un@1",), screened_at=NOW)
FOUND = ScreeningCompleted(raised=(HIT,), withdrawn=(), open_hits=1, lists=("un@1",), screened_at=NOW)
BASIC = LevelReached(level="basic", previous="none", reached_at=NOW)
VERIFIED = LevelReached(level="verified", previous="basic", reached_at=NOW)

OPEN = OpenCase(player_id=PLAYER, casino_id=CASINO, country="MT", now=NOW)
UPLOAD = UploadDocument(
    document_id=PASSPORT,
    kind="passport",
    media_type="image/jpeg",
    size_bytes=10,
    sha256="aa",
    uploaded_by=UPLOADER,
    now=NOW,
)
RENAME = ChangeName(required=IDENTITY, now=NOW)
RENAMED = NameChanged(changed_at=NOW)
REOPENED = DocumentReopened(document_id=PASSPORT, kind="passport", reopened_at=NOW)
ACCEPT = AcceptDocument(document_id=PASSPORT, expires_on=None, decided_by=AGENT, required=IDENTITY, now=NOW)


def rejection(reason: str, by: str = AGENT) -> RejectDocument:
    return RejectDocument(document_id=PASSPORT, reason=reason, decided_by=by, required=IDENTITY, now=NOW)


def rejected(reason: str, *, final: bool) -> DocumentRejected:
    return DocumentRejected(
        document_id=PASSPORT, kind="passport", reason=reason, final=final, decided_by=AGENT, decided_at=NOW
    )


def screening(*raised: UUID, withdrawn: tuple[UUID, ...] = ()) -> RecordScreening:
    return RecordScreening(raised=raised, withdrawn=withdrawn, lists=("un@1",), required=IDENTITY, now=NOW)


def settlement(*, confirmed: bool, hit: UUID = HIT) -> SettleHit:
    return SettleHit(hit_id=hit, confirmed=confirmed, required=IDENTITY, now=NOW)


@pytest.fixture
def spec() -> Spec[CaseCommand, Case, CaseEvent]:
    return Spec(case)


Sentence = Spec[CaseCommand, Case, CaseEvent]


def test_a_registration_opens_the_case(spec: Sentence) -> None:
    spec.when(OPEN).then(OPENED)


def test_the_same_registration_twice_opens_one_case(spec: Sentence) -> None:
    spec.given(OPENED).when(OPEN).then_nothing()


def test_nothing_is_uploaded_before_there_is_a_case(spec: Sentence) -> None:
    spec.when(UPLOAD).then_raises(errors.CaseUnknown)


def test_a_document_is_uploaded(spec: Sentence) -> None:
    spec.given(OPENED).when(UPLOAD).then(UPLOADED)


def test_the_same_file_twice_is_the_same_document(spec: Sentence) -> None:
    spec.given(OPENED, UPLOADED).when(UPLOAD).then_nothing()


def test_an_unknown_kind_of_document_is_refused(spec: Sentence) -> None:
    strange = UploadDocument(
        document_id=PASSPORT, kind="horoscope", media_type="a/b", size_bytes=1, sha256="b", uploaded_by="x", now=NOW
    )
    assert spec.given(OPENED).when(strange).then_raises(errors.DocumentKindUnknown).field == "kind"


def test_a_clean_screening_makes_the_player_basic(spec: Sentence) -> None:
    spec.given(OPENED).when(screening()).then(CLEAN, BASIC)


def test_a_hit_keeps_the_player_at_none(spec: Sentence) -> None:
    spec.given(OPENED).when(screening(HIT)).then(FOUND)


def test_a_hit_found_later_takes_the_level_back(spec: Sentence) -> None:
    back = LevelReached(level="none", previous="basic", reached_at=NOW)
    spec.given(OPENED, CLEAN, BASIC).when(screening(HIT)).then(FOUND, back)


def test_a_cleared_hit_lets_the_player_be_basic(spec: Sentence) -> None:
    settled = HitSettled(hit_id=HIT, confirmed=False, settled_at=NOW)
    spec.given(OPENED, FOUND).when(settlement(confirmed=False)).then(settled, BASIC)


def test_a_confirmed_hit_keeps_the_player_at_none_for_good(spec: Sentence) -> None:
    settled = HitSettled(hit_id=HIT, confirmed=True, settled_at=NOW)
    spec.given(OPENED, FOUND).when(settlement(confirmed=True)).then(settled)
    spec.given(OPENED, FOUND, settled).when(screening()).then_nothing()


def test_another_screening_without_news_adds_nothing(spec: Sentence) -> None:
    spec.given(OPENED, CLEAN, BASIC).when(screening()).then_nothing()
    spec.given(OPENED, FOUND).when(screening(HIT)).then_nothing()


def test_one_cleared_hit_of_two_is_not_enough(spec: Sentence) -> None:
    two = ScreeningCompleted(raised=(HIT, OTHER_HIT), withdrawn=(), open_hits=2, lists=("un@1",), screened_at=NOW)
    settled = HitSettled(hit_id=HIT, confirmed=False, settled_at=NOW)
    spec.given(OPENED, two).when(settlement(confirmed=False)).then(settled)


def test_settling_a_hit_that_does_not_wait_adds_nothing(spec: Sentence) -> None:
    spec.given(OPENED, CLEAN, BASIC).when(settlement(confirmed=True)).then_nothing()


def test_a_hit_that_matches_no_more_is_withdrawn(spec: Sentence) -> None:
    gone = ScreeningCompleted(raised=(), withdrawn=(HIT,), open_hits=0, lists=("un@1",), screened_at=NOW)
    spec.given(OPENED, FOUND).when(screening(withdrawn=(HIT,))).then(gone, BASIC)


def test_an_accepted_identity_document_verifies_the_player(spec: Sentence) -> None:
    spec.given(OPENED, CLEAN, BASIC, UPLOADED).when(ACCEPT).then(ACCEPTED, VERIFIED)


def test_accepting_before_the_screening_does_not_verify(spec: Sentence) -> None:
    spec.given(OPENED, UPLOADED).when(ACCEPT).then(ACCEPTED)


def test_the_screening_after_the_acceptance_verifies_at_once(spec: Sentence) -> None:
    straight = LevelReached(level="verified", previous="none", reached_at=NOW)
    spec.given(OPENED, UPLOADED, ACCEPTED).when(screening()).then(CLEAN, straight)


def test_accepting_twice_adds_nothing(spec: Sentence) -> None:
    spec.given(OPENED, CLEAN, BASIC, UPLOADED, ACCEPTED, VERIFIED).when(ACCEPT).then_nothing()


def test_the_uploader_cannot_accept_or_reject(spec: Sentence) -> None:
    own = AcceptDocument(document_id=PASSPORT, expires_on=None, decided_by=UPLOADER, required=IDENTITY, now=NOW)
    spec.given(OPENED, UPLOADED).when(own).then_raises(errors.UploaderCannotDecide)
    spec.given(OPENED, UPLOADED).when(rejection("blurry", UPLOADER)).then_raises(errors.UploaderCannotDecide)


def test_an_expired_document_cannot_be_accepted(spec: Sentence) -> None:
    past = AcceptDocument(
        document_id=PASSPORT, expires_on=date(2026, 2, 28), decided_by=AGENT, required=IDENTITY, now=NOW
    )
    spec.given(OPENED, UPLOADED).when(past).then_raises(errors.DocumentExpired)


def test_an_unknown_document_cannot_be_decided(spec: Sentence) -> None:
    spec.given(OPENED).when(ACCEPT).then_raises(errors.DocumentUnknown)
    spec.given(OPENED).when(rejection("blurry")).then_raises(errors.DocumentUnknown)


def test_a_blurry_document_may_be_followed_by_another(spec: Sentence) -> None:
    spec.given(OPENED, UPLOADED).when(rejection("blurry")).then(rejected("blurry", final=False))
    another = UploadDocument(
        document_id=BILL, kind="id_card", media_type="image/png", size_bytes=1, sha256="bb", uploaded_by="x", now=NOW
    )
    assert Spec(case).given(OPENED, UPLOADED, rejected("blurry", final=False)).when(another)._decide()


def test_a_forged_document_closes_the_case(spec: Sentence) -> None:
    back = LevelReached(level="none", previous="basic", reached_at=NOW)
    spec.given(OPENED, CLEAN, BASIC, UPLOADED).when(rejection("forged")).then(rejected("forged", final=True), back)
    another = UploadDocument(
        document_id=BILL, kind="id_card", media_type="image/png", size_bytes=1, sha256="bb", uploaded_by="x", now=NOW
    )
    spec.given(OPENED, UPLOADED, rejected("forged", final=True)).when(another).then_raises(errors.CaseClosed)


def test_an_acceptance_can_be_taken_back(spec: Sentence) -> None:
    back = LevelReached(level="basic", previous="verified", reached_at=NOW)
    history = (OPENED, CLEAN, BASIC, UPLOADED, ACCEPTED, VERIFIED)
    spec.given(*history).when(rejection("expired")).then(rejected("expired", final=False), back)


def test_a_rejected_document_stays_rejected(spec: Sentence) -> None:
    history = (OPENED, UPLOADED, rejected("blurry", final=False))
    spec.given(*history).when(rejection("blurry")).then_nothing()
    spec.given(*history).when(rejection("glare")).then_raises(errors.DocumentAlreadyDecided)
    spec.given(*history).when(ACCEPT).then_raises(errors.DocumentAlreadyDecided)


def test_a_reason_must_be_of_the_catalogue(spec: Sentence) -> None:
    refusal = spec.given(OPENED, UPLOADED).when(rejection("ugly")).then_raises(errors.RejectReasonUnknown)
    assert refusal.field == "reason"


def test_a_profile_that_asks_for_more_takes_the_level_back(spec: Sentence) -> None:
    stricter = AssessLevel(required=("identity", "proof_of_address"), now=NOW)
    back = LevelReached(level="basic", previous="verified", reached_at=NOW)
    spec.given(OPENED, CLEAN, BASIC, UPLOADED, ACCEPTED, VERIFIED).when(stricter).then(back)


def test_a_profile_that_asks_for_nothing_verifies_nobody() -> None:
    assert level_of(Opened(screened=True), ()) == "basic"


def test_another_name_takes_the_level_back_and_opens_the_identity_again(spec: Sentence) -> None:
    back = LevelReached(level="none", previous="verified", reached_at=NOW)
    history = (OPENED, CLEAN, BASIC, UPLOADED, ACCEPTED, VERIFIED)
    spec.given(*history).when(RENAME).then(RENAMED, REOPENED, back)


def test_another_name_leaves_documents_alone_that_prove_no_identity_or_were_not_accepted(spec: Sentence) -> None:
    bill = replace(UPLOADED, document_id=BILL, kind="proof_of_address")
    accepted = replace(ACCEPTED, document_id=BILL, kind="proof_of_address")
    spec.given(OPENED, UPLOADED, bill, accepted).when(RENAME).then(RENAMED)
    spec.given(OPENED, UPLOADED, rejected("blurry", final=False)).when(RENAME).then(RENAMED)


def test_the_screening_of_another_name_makes_the_player_basic_until_a_person_accepts_again(spec: Sentence) -> None:
    down = LevelReached(level="none", previous="verified", reached_at=NOW)
    history = (OPENED, CLEAN, BASIC, UPLOADED, ACCEPTED, VERIFIED, RENAMED, REOPENED, down)
    spec.given(*history).when(screening()).then(CLEAN, BASIC)
    spec.given(*history, CLEAN, BASIC).when(ACCEPT).then(ACCEPTED, VERIFIED)
    spec.given(*history).when(ACCEPT).then(ACCEPTED)


def test_open_hits_stay_under_another_name(spec: Sentence) -> None:
    same = ScreeningCompleted(raised=(), withdrawn=(), open_hits=1, lists=("un@1",), screened_at=NOW)
    spec.given(OPENED, FOUND).when(RENAME).then(RENAMED)
    spec.given(OPENED, FOUND, RENAMED).when(screening()).then(same)


def test_the_names_of_a_player_are_counted() -> None:
    assert case.fold([OPENED, RENAMED, RENAMED], case.initial) == Opened(names=2)


def test_another_name_of_nobody_or_of_somebody_erased_is_no_news(spec: Sentence) -> None:
    spec.when(RENAME).then_nothing()
    spec.given(OPENED, CaseErased(erased_at=NOW)).when(RENAME).then_nothing()


def test_an_erased_case_takes_nothing_in(spec: Sentence) -> None:
    gone = CaseErased(erased_at=NOW)
    spec.given(OPENED, UPLOADED).when(EraseCase(now=NOW)).then(gone)
    spec.given(OPENED, gone).when(EraseCase(now=NOW)).then_nothing()
    spec.given(OPENED, gone).when(UPLOAD).then_raises(errors.CaseGone)
    spec.given(OPENED, gone).when(OPEN).then_nothing()
    spec.when(EraseCase(now=NOW)).then_nothing()


COMMANDS: list[CaseCommand] = [
    OPEN,
    UPLOAD,
    ACCEPT,
    rejection("blurry"),
    rejection("forged"),
    screening(),
    screening(HIT),
    screening(withdrawn=(HIT,)),
    settlement(confirmed=True),
    settlement(confirmed=False),
    AssessLevel(required=("address",), now=NOW),
    RENAME,
    EraseCase(now=NOW),
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=14))
def test_nobody_with_an_open_or_confirmed_hit_has_a_level_whatever_the_order(commands: list[CaseCommand]) -> None:
    state = case.initial
    for command in commands:
        try:
            state = case.fold(case.decide(command, state), state)
        except DomainError:
            continue
        if isinstance(state, Opened) and (state.open_hits or state.confirmed_hits or not state.screened):
            assert state.level == "none"
