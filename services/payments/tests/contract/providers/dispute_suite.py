"""What holds for every provider whose disputes we answer; subclasses say how it writes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.dispute_port import AnswerOrder, Defences, DisputeFlow, EvidenceFile, FileWish, Kept
from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.domain.dispute.words import Refused, Status, Taken, Unanswered
from payments.strategies.providers.registry import PROVIDERS

from .refund_suite import NO_ANSWERS
from .suite import QUICK

ANSWER = UUID("018f3a5e-7c1d-7000-8000-000000000005")
FILE = EvidenceFile(
    evidence_id=UUID("018f3a5e-7c1d-7000-8000-000000000006"),
    document="receipt",
    media_type="application/pdf",
    content=b"%PDF-1.7 a receipt",
)
CONTEST = AnswerOrder(
    answer_id=ANSWER, reference="dp_1", status=Status.CHALLENGED, defence="GoodsOrServicesProvided", files=(FILE,)
)
ACCEPT = AnswerOrder(answer_id=ANSWER, reference="dp_1", status=Status.ACCEPTED)
PDF = FileWish(kind="receipt", media_type="application/pdf", size=18)


class AnswersDisputes:
    """Disputes of its payments are answered through it."""

    name: ClassVar[str]
    settings: ClassVar[Mapping[str, Any]]
    secrets: ClassVar[Mapping[str, str]]
    defence: ClassVar[str | None]
    """The reason that goes with evidence there."""
    file_kept: ClassVar[HttpAnswer]
    answer_taken: ClassVar[HttpAnswer]
    answer_refused: ClassVar[HttpAnswer]
    still_awaited: ClassVar[HttpAnswer]
    """The answer to a question by which it surely has no answer of ours."""

    @property
    def account(self) -> ProviderAccount:
        return ProviderAccount(
            casino_id=UUID(int=7),
            provider=self.name,
            enabled=True,
            currencies=frozenset({"EUR"}),
            settings=self.settings,
            secrets=self.secrets,
        )

    @property
    def answers(self) -> DisputeFlow:
        flow = PROVIDERS[self.name].disputes
        assert flow is not None
        return flow

    def calls(self) -> list[HttpCall]:
        upload = self.answers.build_file(self.account, CONTEST, FILE)
        assert upload is not None
        kept = {FILE.evidence_id: "file_1"}
        sent = [self.answers.build_call(self.account, order, kept) for order in (CONTEST, ACCEPT)]
        return [upload, *sent]

    def test_the_same_answer_always_builds_the_same_bytes_under_its_id(self) -> None:
        assert self.calls() == self.calls()
        upload, *sent = self.calls()
        assert [call.key for call in sent] == [str(ANSWER), str(ANSWER)]
        assert upload.key not in (None, str(ANSWER))
        assert all(call.headers["Idempotency-Key"] == call.key for call in self.calls())

    def test_no_secret_and_nothing_of_a_file_is_in_an_address(self) -> None:
        for call in (*self.calls(), self.answers.build_question(self.account, CONTEST)):
            assert not any(secret in call.url + repr(call) for secret in self.secrets.values())
            assert "receipt" not in repr(call)

    def test_a_question_changes_nothing_and_has_no_key(self) -> None:
        assert self.answers.build_question(self.account, CONTEST).key is None

    @pytest.mark.parametrize("answer", NO_ANSWERS)
    def test_an_answer_without_a_believable_word_is_no_refusal(self, answer: HttpAnswer | None) -> None:
        assert self.answers.parse_file(FILE, answer) == Unanswered()
        for order in (CONTEST, ACCEPT):
            assert self.answers.parse_answer(order, answer) == Unanswered()
            assert self.answers.parse_question(order, answer) == Unanswered()

    @QUICK
    @given(status=st.integers(100, 599), body=st.binary(max_size=200))
    def test_no_rubbish_says_anything_of_an_answer(self, status: int, body: bytes) -> None:
        rubbish = HttpAnswer(status, body)
        assert self.answers.parse_file(FILE, rubbish) == Unanswered()
        assert self.answers.parse_answer(CONTEST, rubbish) == Unanswered()
        assert self.answers.parse_question(CONTEST, rubbish) == Unanswered()

    def test_what_was_taken_and_what_was_surely_not_is_told_apart(self) -> None:
        assert isinstance(self.answers.parse_file(FILE, self.file_kept), Kept)
        for order in (CONTEST, ACCEPT):
            assert self.answers.parse_answer(order, self.answer_taken) == Taken()
            refused = self.answers.parse_answer(order, self.answer_refused)
            assert isinstance(refused, Refused)
            assert refused.code

    @pytest.mark.parametrize("status", [401, 403, 409, 429, 500])
    def test_what_says_nothing_of_the_answer_is_no_refusal(self, status: int) -> None:
        refused = replace(self.answer_refused, status=status)
        assert self.answers.parse_answer(CONTEST, refused) == Unanswered()
        assert self.answers.parse_file(FILE, refused) == Unanswered()

    def test_it_is_sent_again_only_where_it_is_surely_awaited(self) -> None:
        for order in (CONTEST, ACCEPT):
            assert self.answers.parse_question(order, self.still_awaited) == NotThere()

    def test_each_file_has_the_providers_word_for_it_and_none_is_there_twice(self) -> None:
        (document,) = self.answers.check_evidence(self.defence, [PDF])
        assert document
        with pytest.raises(Invalid):
            self.answers.check_evidence(self.defence, [replace(PDF, document=document)] * 2)

    def test_what_is_no_word_of_the_providers_is_refused(self) -> None:
        for wrong in ("a b", "\x00", "x" * 300):
            with pytest.raises(Invalid):
                self.answers.check_evidence(self.defence, [replace(PDF, document=wrong)])

    def test_reasons_that_cannot_be_read_are_none(self) -> None:
        assert not getattr(self.answers.parse_defences(None), "reasons", ())
        assert self.answers.parse_defences(HttpAnswer(500, b"{}")) in (Unanswered(), Defences(()))
