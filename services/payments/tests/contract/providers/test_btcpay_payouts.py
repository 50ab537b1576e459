"""What BTCPay Server says of payouts."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import Invalid
from payments.application.instruments.ports import ReadsDestinations
from payments.application.ports import HttpAnswer, NotThere, PayoutFlow, PayoutOrder, ProviderAccount
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.registry import PROVIDERS

from .suite import OURS, PLAYER, REQUEST_ID

BTCPAY = PROVIDERS["btcpay"]
STORE = "https://pay.casino.example/api/v1/stores/s1"
ADDRESS = "bc1q" + "0" * 34 + "5mdq"


class TestBtcpayPayouts:
    """From the order to its end."""

    account = ProviderAccount(
        casino_id=UUID(int=7),
        provider="btcpay",
        enabled=True,
        currencies=frozenset({"BTC"}),
        settings={"base_url": "https://pay.casino.example", "store_id": "s1"},
        secrets={"api_key": "key1", "webhook_secret": "whsec_of_these_tests"},
    )

    @property
    def flow(self) -> PayoutFlow:
        flow = BTCPAY.payouts
        assert flow is not None
        return flow

    order = PayoutOrder(
        withdrawal_id=OURS,
        request_id=REQUEST_ID,
        player_id=PLAYER,
        amount_minor=1_050_000,
        currency="BTC",
        destination={"address": ADDRESS},
        notification_url="https://c.example/n",
    )

    @staticmethod
    def payout(state: Any = "AwaitingApproval", **fields: Any) -> dict[str, Any]:
        return {
            "id": "p1", "revision": 0, "destination": ADDRESS, "originalCurrency": "BTC",
            "originalAmount": "0.01050000", "payoutCurrency": "BTC", "payoutAmount": None, "state": state,
            "payoutMethodId": "BTC-CHAIN", "metadata": {"withdrawalId": str(OURS)}, **fields,
        }  # fmt: skip

    def answered(self, status: int, body: Any) -> Any:
        return self.flow.parse_answer(self.account, self.order, HttpAnswer(status, json.dumps(body).encode()))

    def asked(self, status: int, body: Any) -> Any:
        return self.flow.parse_question(self.account, self.order, HttpAnswer(status, json.dumps(body).encode()))

    def test_an_order_carries_our_id_and_is_approved_there_unless_the_account_says_otherwise(self) -> None:
        call = self.flow.build_call(self.account, self.order)
        assert (call.method, call.url) == ("POST", f"{STORE}/payouts")
        assert json.loads(call.body) == {
            "destination": ADDRESS, "amount": "0.01050000", "payoutMethodId": "BTC-CHAIN", "approved": False,
            "metadata": {"withdrawalId": str(OURS)},
        }  # fmt: skip
        assert call == self.flow.build_call(self.account, self.order)

    @pytest.mark.parametrize(("setting", "approved"), [("true", True), ("false", False)])
    def test_an_account_says_whether_somebody_there_has_to_agree(self, setting: str, approved: bool) -> None:
        account = replace(self.account, settings={**self.account.settings, "approve_payouts": setting})
        assert json.loads(self.flow.build_call(account, self.order).body)["approved"] is approved

    @pytest.mark.parametrize("state", ["AwaitingApproval", "AwaitingPayment", "InProgress", "Teleported", None])
    def test_a_payout_that_has_not_left_is_taken(self, state: Any) -> None:
        assert self.answered(200, self.payout(state)) == payout.Taken(reference="p1")
        assert self.asked(200, self.payout(state)) == payout.Taken(reference="p1")

    def test_what_left_is_confirmed_and_what_was_cancelled_comes_back(self) -> None:
        left = payout.Confirmed(amount_minor=1_050_000, currency="BTC", reference="p1")
        back = payout.SentBack(amount_minor=1_050_000, currency="BTC", code="cancelled", reference="p1")
        assert self.asked(200, self.payout("Completed")) == left
        assert self.asked(200, self.payout("Cancelled")) == back

    @pytest.mark.parametrize("amount", [None, "", "0", "-1", "0.000000001", "NaN", 1])
    def test_an_amount_that_cannot_be_read_is_not_the_end(self, amount: Any) -> None:
        assert self.asked(200, self.payout("Completed", originalAmount=amount)) == payout.Taken(reference="p1")

    def test_a_lost_order_is_found_among_all_payouts(self) -> None:
        call = self.flow.build_question(self.account, self.order, None)
        assert call is not None
        assert call.url == f"{STORE}/payouts?includeCancelled=true"
        others = [self.payout(id="p0", metadata={"withdrawalId": str(PLAYER)}), self.payout(id="p2", metadata=None)]
        assert self.asked(200, others) == NotThere()
        assert self.asked(200, [*others, self.payout("InProgress")]) == payout.Taken(reference="p1")
        assert self.asked(200, [self.payout(), self.payout(id="p9")]) == payout.Unanswered()

    def test_a_known_order_is_asked_by_its_id_and_never_becomes_unknown(self) -> None:
        call = self.flow.build_question(self.account, self.order, "p1")
        assert call is not None
        assert call.url == f"{STORE}/payouts/p1"
        assert self.asked(404, {"code": "payout-not-found"}) == payout.Unanswered()

    def test_another_withdrawals_payout_is_not_believed(self) -> None:
        stranger = self.payout("Completed", metadata={"withdrawalId": str(PLAYER)})
        assert self.answered(200, stranger) == self.asked(200, stranger) == payout.Unanswered()

    @pytest.mark.parametrize(
        ("status", "body", "code"),
        [
            (422, [{"path": "destination", "message": "not an address"}], "validation"),
            (400, {"code": "amount-too-low"}, "amount-too-low"),
            (400, {"code": "payment-method-not-supported"}, "payment-method-not-supported"),
        ],
    )
    def test_a_refusal_declines(self, status: int, body: Any, code: str) -> None:
        assert self.answered(status, body) == payout.Declined(code=code)
        assert code in BTCPAY.codes

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"code": "duplicate-destination"}), (401, {"code": "unauthenticated"}), (404, {}), (500, {}),
            (403, {"code": "missing-permission"}), (200, {}), (200, []), (400, {}), (422, []), (422, "x"),
        ],
    )  # fmt: skip
    def test_what_leaves_it_open_is_an_unknown_outcome(self, status: int, body: Any) -> None:
        assert self.answered(status, body) == payout.Unanswered()

    def test_no_answer_is_an_unknown_outcome(self) -> None:
        assert self.flow.parse_answer(self.account, self.order, None) == payout.Unanswered()
        assert self.flow.parse_question(self.account, self.order, None) == payout.Unanswered()
        assert self.flow.parse_question(self.account, self.order, HttpAnswer(200, b"<")) == payout.Unanswered()

    @pytest.mark.parametrize("currency", ["EUR", "ETH", "USDT", "XXX"])
    def test_what_the_server_cannot_send_is_refused(self, currency: str) -> None:
        self.flow.check_amount(1_000, "LTC")
        with pytest.raises(Invalid) as refusal:
            self.flow.check_amount(1_000, currency)
        assert refusal.value.field == "currency"

    def test_staff_see_the_end_of_an_address(self) -> None:
        assert self.flow.check_destination({"address": ADDRESS}) == "****5mdq"
        assert isinstance(self.flow, ReadsDestinations)
        told = self.flow.instrument_of({"address": ADDRESS})
        assert told is not None
        assert (told.identity, told.last_four) == (f"crypto:{ADDRESS.upper()}", "5mdq")

    @pytest.mark.parametrize(
        "destination",
        [
            {}, {"address": ""}, {"address": f"bitcoin:{ADDRESS}?amount=9"}, {"address": "x" * 91}, {"iban": ADDRESS},
            {"address": ADDRESS, "memo": "1"}, {"address": f"{ADDRESS}\n"}, {"address": "é" * 30},
        ],
    )  # fmt: skip
    def test_a_destination_that_is_no_address_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.flow.check_destination(destination)
