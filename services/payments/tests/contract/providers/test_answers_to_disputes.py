"""Disputes answered through Stripe and Adyen: the suite, and what each has of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from Adyen.client import AdyenClient
from Adyen.services.disputes.disputes_api import DisputesApi

from chassis.domain import Invalid
from payments.application.dispute_port import Defence, Defences, FileWish
from payments.application.ports import HttpAnswer, NotThere
from payments.domain.dispute.words import AnswerWord, Refused, Taken, Unanswered
from payments.strategies.providers.registry import PROVIDERS

from .dispute_suite import ACCEPT, ANSWER, CONTEST, FILE, PDF, AnswersDisputes
from .refund_suite import answered
from .test_adyen_sdk import Listener, sent

REASONS = answered(
    200,
    {
        "disputeServiceResult": {"success": True},
        "defenseReasons": [
            {
                "defenseReasonCode": "GoodsOrServicesProvided",
                "satisfied": False,
                "defenseDocumentTypes": [
                    {"defenseDocumentTypeCode": "TIDorInvoice", "available": False, "requirementLevel": "Optional"},
                    {"defenseDocumentTypeCode": "GoodsOrServicesProvided", "requirementLevel": "Required"},
                ],
            }
        ],
    },
)


def dispute(status: str, submitted: object = 0, **other: Any) -> HttpAnswer:
    details = {"submission_count": submitted}
    return answered(200, {"id": "dp_1", "object": "dispute", "status": status, "evidence_details": details, **other})


class TestStripe(AnswersDisputes):
    """Files, then the evidence; or the dispute is closed."""

    name = "stripe"
    settings: ClassVar[Mapping[str, Any]] = {"base_url": "https://api.stripe.com"}
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "sk_test_1", "webhook_secret": "whsec_of_these_tests"}
    defence = None
    file_kept = answered(200, {"id": "file_1", "object": "file", "purpose": "dispute_evidence"})
    answer_taken = dispute("under_review", 1)
    answer_refused = answered(400, {"error": {"type": "invalid_request_error", "code": "dispute_closed"}})
    still_awaited = dispute("needs_response")

    def test_a_file_goes_to_the_server_of_files_as_a_form_in_parts(self) -> None:
        upload = self.calls()[0]
        boundary = upload.headers["Content-Type"].partition("boundary=")[2].encode()
        assert upload.url == "https://files.stripe.com/v1/files"
        assert upload.body.count(b"--" + boundary) == 3
        assert FILE.content in upload.body
        assert b'filename="018f3a5e-7c1d-7000-8000-000000000006.pdf"' in upload.body

    def test_evidence_is_submitted_at_once_and_names_the_files(self) -> None:
        form = parse_qs(self.calls()[1].body.decode())
        assert form == {"evidence[receipt]": ["file_1"], "submit": ["true"]}
        assert [call.url for call in self.calls()[1:]] == [
            "https://api.stripe.com/v1/disputes/dp_1",
            "https://api.stripe.com/v1/disputes/dp_1/close",
        ]

    @pytest.mark.parametrize(
        ("answer", "contested", "accepted"),
        [
            (dispute("under_review", 1), Taken(), Unanswered()),
            (dispute("warning_under_review", 1), Taken(), Unanswered()),
            (dispute("needs_response", 1), Taken(), NotThere()),
            (dispute("lost", 0), Unanswered(), Taken()),
            (dispute("lost", 1), Taken(), Taken()),
            (dispute("won", 1), Taken(), Unanswered()),
            (dispute("warning_closed"), Unanswered(), Taken()),
            (dispute("needs_response", None), Unanswered(), NotThere()),
            (dispute("needs_response", id="dp_2"), Unanswered(), Unanswered()),
        ],
        ids=lambda value: "" if isinstance(value, HttpAnswer) else type(value).__name__,
    )
    def test_the_dispute_itself_tells_whether_it_was_answered(
        self, answer: HttpAnswer, contested: AnswerWord | NotThere, accepted: AnswerWord | NotThere
    ) -> None:
        assert self.answers.parse_question(CONTEST, answer) == contested
        assert self.answers.parse_question(ACCEPT, answer) == accepted

    def test_the_answer_to_another_dispute_is_none_to_this(self) -> None:
        assert self.answers.parse_answer(CONTEST, dispute("under_review", 1, id="dp_2")) == Unanswered()

    def test_no_more_is_sent_than_stripe_takes(self) -> None:
        large = [replace(PDF, size=4_000_000), replace(PDF, kind="other", size=500_001)]
        with pytest.raises(Invalid):
            self.answers.check_evidence(None, large)

    def test_a_statement_is_a_text_and_a_file_is_none(self) -> None:
        text = FileWish(kind="statement", media_type="text/plain", size=7)
        assert self.answers.check_evidence(None, [text, PDF]) == ("uncategorized_text", "receipt")
        for wrong in (replace(text, document="receipt"), replace(PDF, document="uncategorized_text")):
            with pytest.raises(Invalid):
                self.answers.check_evidence(None, [wrong])


class TestAdyen(AnswersDisputes):
    """Documents, then the defence; or the dispute is accepted."""

    name = "adyen"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://checkout-test.adyen.com",
        "merchant_account": "CasinoCOM",
    }
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "AQE_test", "hmac_key": "4D" * 32}
    defence = "GoodsOrServicesProvided"
    file_kept = answered(200, {"disputeServiceResult": {"success": True}})
    answer_taken = file_kept
    answer_refused = answered(200, {"disputeServiceResult": {"success": False, "errorMessage": "Not defendable"}})
    still_awaited = REASONS

    def test_the_reasons_for_which_it_may_be_defended(self) -> None:
        expected = Defence(
            code="GoodsOrServicesProvided", required=("GoodsOrServicesProvided",), optional=("TIDorInvoice",)
        )
        assert self.answers.parse_defences(REASONS) == Defences((expected,))

    def test_where_no_reason_applies_any_more_nobody_knows_why(self) -> None:
        none_left = answered(200, {"disputeServiceResult": {"success": True}, "defenseReasons": []})
        for answer in (none_left, self.answer_refused):
            assert self.answers.parse_question(CONTEST, answer) == Unanswered()

    def test_an_error_has_its_number(self) -> None:
        error = answered(422, {"errorCode": "901", "message": "Invalid Merchant Account", "status": 422})
        assert self.answers.parse_answer(CONTEST, error) == Refused(code="error_901")
        busy = answered(422, {"errorCode": "704", "message": "already being processed", "status": 422})
        assert self.answers.parse_answer(CONTEST, busy) == Unanswered()

    @pytest.mark.parametrize("media_type", ["image/png", "text/plain"])
    def test_what_adyen_does_not_take_is_not_sent(self, media_type: str) -> None:
        with pytest.raises(Invalid):
            self.answers.check_evidence(self.defence, [replace(PDF, media_type=media_type)])

    def test_it_is_not_defended_without_a_reason(self) -> None:
        with pytest.raises(Invalid):
            self.answers.check_evidence(None, [PDF])

    @pytest.mark.parametrize(
        ("more", "server"),
        [
            ({}, "https://ca-test.adyen.com/ca/services/DisputeService/v30"),
            (
                {"base_url": "https://a1b2-Casino-checkout-live.adyenpayments.com/checkout"},
                "https://ca-live.adyen.com/ca/services/DisputeService/v30",
            ),
            ({"disputes_url": "https://elsewhere.example/v30/"}, "https://elsewhere.example/v30"),
        ],
        ids=["test", "live", "set"],
    )
    def test_where_disputes_are_answered(self, more: dict[str, str], server: str) -> None:
        account = replace(self.account, settings={**self.settings, **more})
        assert self.answers.build_call(account, ACCEPT, {}).url == f"{server}/acceptDispute"

    def test_the_official_client_sends_what_we_send(self) -> None:
        listener, account = Listener(), self.account
        client = AdyenClient(platform="test", xapikey="AQE_test")
        client.http_client, client.http_init = listener, True
        theirs = DisputesApi(client)
        upload, contest, accept = map(sent, self.calls())
        reasons = sent(self.answers.build_question(account, CONTEST))
        theirs.supply_defense_document(upload[2], idempotency_key=upload[4])
        assert listener.sent == upload
        theirs.defend_dispute(contest[2], idempotency_key=str(ANSWER))
        assert listener.sent == contest
        theirs.accept_dispute(accept[2], idempotency_key=str(ANSWER))
        assert listener.sent == accept
        theirs.retrieve_applicable_defense_reasons(reasons[2])
        assert listener.sent == reasons


def test_no_other_provider_says_that_it_takes_answers() -> None:
    assert {name for name, one in PROVIDERS.items() if one.disputes is not None} == {"stripe", "adyen"}
