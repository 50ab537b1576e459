"""What TrueLayer says of payouts."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from truelayer_signing import HttpMethod, extract_jws_header, verify_with_jwks

from chassis.domain import Invalid
from payments.application.instruments.ports import ReadsDestinations
from payments.application.look_port import LookAtPayout, Told
from payments.application.ports import (
    AboutPayout,
    HttpAnswer,
    PayoutFlow,
    PayoutOrder,
    ProviderAccount,
    Unclear,
)
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.registry import PROVIDERS

from .suite import NOW, OURS, PLAYER, REQUEST_ID
from .truelayer_wire import API, ERRORS, MERCHANT, OUR_JWK, PAYMENT, SECRETS, SETTINGS, SOURCE, answer, signed, thing

TRUELAYER = PROVIDERS["truelayer"]


class TestTrueLayerPayouts:
    """From the order to its end, and back."""

    account = ProviderAccount(
        casino_id=UUID(int=7),
        provider="truelayer",
        enabled=True,
        currencies=frozenset({"EUR"}),
        settings=SETTINGS,
        secrets=SECRETS,
    )

    @property
    def outward(self) -> PayoutFlow:
        flow = TRUELAYER.payouts
        assert flow is not None
        return flow

    @staticmethod
    def order(**destination: str) -> PayoutOrder:
        return PayoutOrder(
            withdrawal_id=OURS, request_id=REQUEST_ID, player_id=PLAYER, amount_minor=50_00, currency="EUR",
            destination=destination or {"payment_source_id": SOURCE}, notification_url="https://c.example/n",
        )  # fmt: skip

    def paid_out(self, status: int, body: Any) -> Any:
        return self.outward.parse_answer(self.account, self.order(), answer(status, body))

    def asked_out(self, **fields: Any) -> Any:
        body = {"metadata": {"withdrawal_id": str(OURS)}, **thing("executed"), **fields}
        return self.outward.parse_question(self.account, self.order(), answer(200, body))

    def test_a_payout_to_where_the_money_came_from_names_the_source_and_its_user(self) -> None:
        call = self.outward.build_call(self.account, self.order())
        assert (call.method, call.url, call.key) == ("POST", f"{API}/v3/payouts", str(REQUEST_ID))
        assert json.loads(call.body) == {
            "merchant_account_id": MERCHANT, "amount_in_minor": 50_00, "currency": "EUR",
            "beneficiary": {
                "type": "payment_source", "payment_source_id": SOURCE, "user_id": str(PLAYER),
                "reference": "Withdrawal",
            },
            "metadata": {"withdrawal_id": str(OURS), "amount_in_minor": "5000", "currency": "EUR"},
        }  # fmt: skip
        assert call == self.outward.build_call(self.account, self.order())
        assert call.repeatable_for is not None

    @pytest.mark.parametrize(
        ("number", "identifier"),
        [
            ({"iban": "DE89370400440532013000"}, {"type": "iban", "iban": "DE89370400440532013000"}),
            (
                {"sort_code": "040662", "account_number": "00002723"},
                {"type": "sort_code_account_number", "sort_code": "040662", "account_number": "00002723"},
            ),
        ],
    )
    def test_a_payout_to_another_account_names_its_holder(
        self, number: dict[str, str], identifier: dict[str, str]
    ) -> None:
        order = self.order(account_holder_name="Sue Hopper", **number)
        assert json.loads(self.outward.build_call(self.account, order).body)["beneficiary"] == {
            "type": "external_account", "account_holder_name": "Sue Hopper", "account_identifier": identifier,
            "reference": "Withdrawal",
        }  # fmt: skip

    def test_an_order_that_was_taken_has_its_id(self) -> None:
        assert self.paid_out(202, {"id": PAYMENT}) == payout.Taken(reference=PAYMENT)
        assert self.paid_out(202, {}) == payout.Unanswered()

    def test_a_refused_order_is_declined_unless_it_is_our_key_that_is_refused(self) -> None:
        assert self.paid_out(400, {"type": f"{ERRORS}invalid-parameters"}) == payout.Declined(code="invalid-parameters")
        assert self.paid_out(401, {"type": f"{ERRORS}unauthenticated"}) == payout.Unanswered()

    def test_without_its_id_the_order_itself_is_the_question(self) -> None:
        assert self.outward.build_question(self.account, self.order(), None) is None
        call = self.outward.build_question(self.account, self.order(), PAYMENT)
        assert call is not None
        assert call.url == f"{API}/v3/payouts/{PAYMENT}"

    def test_what_left_is_confirmed_and_what_failed_comes_back(self) -> None:
        left = payout.Confirmed(amount_minor=50_00, currency="EUR", reference=PAYMENT)
        back = payout.SentBack(amount_minor=50_00, currency="EUR", code="insufficient_funds", reference=PAYMENT)
        assert self.asked_out() == left
        assert self.asked_out(status="failed", failure_reason="insufficient_funds") == back
        for status in ("pending", "authorized", "teleported"):
            assert self.asked_out(status=status) == payout.Taken(reference=PAYMENT)
        assert self.asked_out(amount_in_minor=None) == payout.Taken(reference=PAYMENT)

    def test_another_withdrawals_payout_is_not_believed(self) -> None:
        assert self.asked_out(metadata={"withdrawal_id": str(PLAYER)}) == payout.Unanswered()
        assert self.asked_out(metadata=None) == payout.Unanswered()

    def test_staff_see_the_end_of_where_it_goes(self) -> None:
        holder = {"account_holder_name": "Sue"}
        assert self.outward.check_destination({"payment_source_id": SOURCE}) == "****abcd"
        assert self.outward.check_destination({**holder, "iban": "DE89370400440532013000"}) == "****3000"
        number = {"sort_code": "040662", "account_number": "00002723"}
        assert self.outward.check_destination({**holder, **number}) == "****23"

    def test_an_account_is_recognised_by_its_number(self) -> None:
        flow, holder = self.outward, {"account_holder_name": "Sue Hopper"}
        assert isinstance(flow, ReadsDestinations)
        iban = flow.instrument_of({**holder, "iban": "DE89370400440532013000"})
        assert iban is not None
        assert (iban.identity, iban.country, iban.holder) == ("bank:DE89370400440532013000", "DE", "Sue Hopper")
        number = flow.instrument_of({**holder, "sort_code": "040662", "account_number": "00002723"})
        assert number is not None
        assert (number.identity, number.country) == ("bank:UNITED_KINGDOM/40662/2723", "GB")

    @pytest.mark.parametrize(
        "destination",
        [
            {}, {"payment_source_id": "x"}, {"iban": "DE89370400440532013000"},
            {"account_holder_name": " ", "iban": "DE89370400440532013000"},
            {"account_holder_name": "S", "iban": "DE89 3704 0044 0532 0130 00"},
            {"account_holder_name": "S", "iban": "DE8937040044\n"},
            {"account_holder_name": "S", "sort_code": "040662"},
            {"account_holder_name": "S", "sort_code": "04-06-62", "account_number": "00002723"},
            {"payment_source_id": SOURCE, "account_holder_name": "S"},
        ],
    )  # fmt: skip
    def test_a_destination_that_is_none_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.outward.check_destination(destination)

    def test_the_official_library_accepts_our_signature(self) -> None:
        call = self.outward.build_call(self.account, self.order())
        header = extract_jws_header(call.headers["Tl-Signature"])
        checker = verify_with_jwks({"keys": [{"kid": "k-ours", **OUR_JWK}]}, header).set_method(HttpMethod.POST)
        checker = checker.set_path("/v3/payouts").add_headers(call.headers).add_required_header("Idempotency-Key")
        checker.set_body(call.body.decode()).verify(call.headers["Tl-Signature"])

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (409, "idempotency-key-concurrency-conflict"), (422, "idempotency-key-reuse"), (429, "rate-limit-exceeded"),
            (500, "internal-server-error"), (400, "something-new"), (401, "unauthenticated"), (403, "forbidden"),
        ],
    )  # fmt: skip
    def test_an_error_that_leaves_it_open_is_an_unknown_outcome(self, status: int, error: str) -> None:
        assert self.paid_out(status, {"type": f"{ERRORS}{error}"}) == payout.Unanswered()

    @pytest.mark.parametrize("said", [None, HttpAnswer(200, b"<"), HttpAnswer(202, b"[]"), HttpAnswer(404, b"{}")])
    def test_no_believable_answer_is_an_unknown_outcome(self, said: HttpAnswer | None) -> None:
        assert self.outward.parse_answer(self.account, self.order(), said) == payout.Unanswered()
        assert self.outward.parse_question(self.account, self.order(), said) == payout.Unanswered()

    def test_currencies_it_does_not_pay_out_are_refused(self) -> None:
        self.outward.check_amount(1, "GBP")
        with pytest.raises(Invalid):
            self.outward.check_amount(1, "USD")

    def about_payout(self, kind: str, **fields: Any) -> Any:
        metadata = {"withdrawal_id": str(OURS), "amount_in_minor": "5000", "currency": "EUR"}
        event = {"type": kind, "event_id": "e1", "event_version": 1, "payout_id": PAYMENT, "metadata": metadata}
        raw, headers = signed({**event, **fields})
        return TRUELAYER.read_notification(self.account, raw, headers, NOW).said

    def test_what_happens_to_a_payout_makes_us_ask_by_its_id(self) -> None:
        look = LookAtPayout(withdrawal_id=OURS, reference=PAYMENT, told=Told.DONE)
        assert self.about_payout("payout_executed") == look
        failed = self.about_payout("payout_failed", failure_reason="scheme_error")
        assert failed == replace(look, told=Told.UNDONE)

    def test_a_payout_the_bank_returned_comes_back_whole(self) -> None:
        word = payout.SentBack(amount_minor=50_00, currency="EUR", code="returned", reference=PAYMENT)
        said = self.about_payout("payout_failed", failure_reason="returned")
        assert said == AboutPayout(withdrawal_id=OURS, word=word)

    @pytest.mark.parametrize("amount", [None, "", "0", "-5", "50.00", "x", 5000, "9" * 30])
    def test_a_return_of_an_amount_that_cannot_be_read_is_for_a_person(self, amount: Any) -> None:
        metadata = {"withdrawal_id": str(OURS), "amount_in_minor": amount, "currency": "EUR"}
        said = self.about_payout("payout_failed", failure_reason="returned", metadata=metadata)
        assert said == Unclear("amount_unreadable")
