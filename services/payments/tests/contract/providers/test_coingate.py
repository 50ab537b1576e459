"""CoinGate keeps the suite, and its own protocol."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.look_port import LookAtDeposit, Told
from payments.application.ports import (
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    NotGenuine,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit

from .suite import OURS, PLAYER, QUICK, OnlyHints, Wire

SECRET = "drawn-by-lot-0123456789"
NOTIFY = "https://c.example/partner/payments/coingate/7/notifications"


def token(reference: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), reference.encode(), hashlib.sha256).hexdigest()


class TestCoinGate(OnlyHints):
    """Deposits."""

    name = "coingate"
    settings: ClassVar[Mapping[str, Any]] = {"base_url": "https://api-sandbox.coingate.com"}
    secrets: ClassVar[Mapping[str, str]] = {"api_token": "token-1", "callback_secret": SECRET}
    signed_with: ClassVar[Sequence[str]] = ("callback_secret",)
    other_reference: ClassVar[Mapping[str, Any]] = {"order_id": "7"}
    unsigned_parts = "all but the order's token, which is no signature of what is told"

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    @staticmethod
    def callback(**fields: Any) -> dict[str, Any]:
        # The fields of developer.coingate.com, "Payment Callback".
        told = {
            "id": 343, "order_id": str(OURS), "status": "paid", "price_amount": "50.00", "price_currency": "EUR",
            "receive_currency": "EUR", "receive_amount": "49.50", "pay_amount": "0.001", "pay_currency": "BTC",
            "underpaid_amount": "0", "overpaid_amount": "0", "is_refundable": "false",
            "created_at": "2026-03-01T11:58:00+00:00", **fields,
        }  # fmt: skip
        return {"token": token(told["order_id"]), **told}

    @staticmethod
    def order(status: Any = "new", **fields: Any) -> dict[str, Any]:
        # The shape of developer.coingate.com, "Get Order".
        return {
            "id": 343, "status": status, "title": "Deposit", "do_not_convert": False, "orderable_type": "ApiApp",
            "price_currency": "EUR", "price_amount": "50.0", "pay_currency": "BTC", "pay_amount": "0.001",
            "receive_currency": "EUR", "receive_amount": "49.5", "order_id": str(OURS),
            "payment_url": "https://pay-sandbox.coingate.com/invoice/def7beb5", "underpaid_amount": "0",
            "overpaid_amount": "0", "is_refundable": False, "refunds": [], **fields,
        }  # fmt: skip

    def genuine(self, **extra: Any) -> Wire:
        return urlencode(self.callback(**extra)).encode(), {}

    def of_unknown_kind(self) -> Wire:
        return self.genuine(status="teleported")

    def unsigned(self) -> Wire:
        told = self.callback()
        del told["token"]
        return urlencode(told).encode(), {}

    def tampered(self) -> Wire:
        """Another deposit under this one's token. Amounts are nobody's word: they are not read."""
        return self.genuine(order_id=str(PLAYER), token=token(str(OURS)))

    def badly_signed(self) -> Wire:
        return self.genuine(token=token(str(OURS), "another-secret-another"))

    def build(self, amount_minor: int = 50_00, currency: str = "EUR") -> Any:
        intent = DepositIntent(
            deposit_id=OURS,
            player_id=PLAYER,
            amount_minor=amount_minor,
            currency=currency,
            return_url="https://c.example/back",
            notification_url=NOTIFY,
        )
        return self.flow.build_call(self.account, intent)

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    def asked(self, order: Any) -> Any:
        return self.flow.parse_question(HttpAnswer(200, json.dumps(order).encode()))

    # --- the call

    def test_an_order_carries_our_id_its_token_and_where_to_call(self) -> None:
        call = self.build()
        assert (call.method, call.url) == ("POST", "https://api-sandbox.coingate.com/v2/orders")
        assert call.headers["Authorization"] == "Token token-1"
        assert {name: values[0] for name, values in parse_qs(call.body.decode()).items()} == {
            "order_id": str(OURS), "price_amount": "50.00", "price_currency": "EUR", "title": "Deposit",
            "description": "Deposit", "callback_url": NOTIFY, "token": token(str(OURS)),
            "success_url": "https://c.example/back", "cancel_url": "https://c.example/back",
        }  # fmt: skip

    def test_the_currency_of_settlement_is_the_accounts(self) -> None:
        class Converting(TestCoinGate):
            settings: ClassVar[Mapping[str, Any]] = {**TestCoinGate.settings, "receive_currency": "DO_NOT_CONVERT"}

        self.provider.check_account(Converting.settings, self.secrets)
        assert parse_qs(Converting().build().body.decode())["receive_currency"] == ["DO_NOT_CONVERT"]

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "wire"),
        [(500, "JPY", "500"), (78_000, "BTC", "0.00078000"), (5_123, "KWD", "5.123")],
    )
    def test_amounts_are_written_with_the_currencys_own_decimals(
        self, amount_minor: int, currency: str, wire: str
    ) -> None:
        self.flow.check_amount(amount_minor, currency)
        assert parse_qs(self.build(amount_minor, currency).body.decode())["price_amount"] == [wire]

    def test_a_currency_nobody_knows_is_refused(self) -> None:
        with pytest.raises(Invalid) as refusal:
            self.flow.check_amount(1, "XXX")
        assert refusal.value.field == "currency"

    def test_a_new_order_sends_the_player_to_its_page(self) -> None:
        page = json.dumps({"type": "redirect", "url": "https://pay-sandbox.coingate.com/invoice/def7beb5"})
        said = self.parse(HttpAnswer(200, json.dumps(self.order()).encode()))
        assert said == deposit.ActionNeeded(reference="343", next_action=page)

    @pytest.mark.parametrize(
        ("status", "reason", "final"),
        [(422, "OrderIsNotValid", True), (401, "BadCredentials", False), (401, "BadAuthToken", False)],
    )
    def test_a_refusal_declines_and_one_about_our_key_leaves_earlier_calls_open(
        self, status: int, reason: str, final: bool
    ) -> None:
        said = self.parse(HttpAnswer(status, json.dumps({"message": "no", "reason": reason}).encode()))
        assert said == deposit.Declined(reference=None, code=reason, final=final)
        assert reason in self.provider.codes

    def test_being_asked_to_wait_is_no_refusal(self) -> None:
        assert self.parse(HttpAnswer(429, b'{"reason":"RateLimitException"}')) == deposit.Unanswered()

    # --- the question

    def test_it_is_asked_by_the_orders_own_number_and_not_without_it(self) -> None:
        call = self.flow.build_question(self.account, OURS, "343")
        assert isinstance(call, HttpCall)
        assert (call.method, call.url, call.key) == ("GET", "https://api-sandbox.coingate.com/v2/orders/343", None)
        assert self.flow.build_question(self.account, OURS, None) == NotThere()

    def test_an_order_that_is_not_found_is_not_there(self) -> None:
        assert self.flow.parse_question(HttpAnswer(404, b'{"reason":"OrderNotFound"}')) == NotThere()
        assert self.flow.parse_question(HttpAnswer(404, b'{"reason":"PageNotFound"}')) == deposit.Unanswered()
        assert self.flow.parse_question(HttpAnswer(401, b'{"reason":"BadCredentials"}')) == deposit.Unanswered()
        assert self.flow.parse_question(None) == deposit.Unanswered()

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            ("new", deposit.ActionNeeded), ("pending", deposit.ActionNeeded), ("confirming", deposit.Underway),
            ("paid", deposit.Settled), ("invalid", deposit.Declined), ("expired", deposit.Declined),
            ("canceled", deposit.Declined), ("refunded", deposit.Declined), ("partially_refunded", deposit.Declined),
            ("brand_new_status", deposit.Underway), (None, deposit.Underway),
        ],
    )  # fmt: skip
    def test_every_status_is_mapped_and_an_unknown_one_is_pending(self, status: Any, word: type[Any]) -> None:
        said = self.asked(self.order(status))
        assert type(said) is word
        if isinstance(said, deposit.Declined):
            assert said.final == (status != "partially_refunded"), "what stayed with us, a person finds out"
            assert said.code in self.provider.codes

    @pytest.mark.parametrize(
        ("amounts", "minor", "currency"),
        [
            ({}, 50_00, "EUR"),
            ({"underpaid_amount": "0.0002"}, 40_00, "EUR"),
            ({"overpaid_amount": "0.0001"}, 55_00, "EUR"),
            ({"pay_amount": "0.00077777", "underpaid_amount": "0.00000001"}, 49_99, "EUR"),
            ({"price_currency": "BTC", "price_amount": "0.001"}, 100_000, "BTC"),
            ({"price_currency": "JPY", "price_amount": "8000.0"}, 8_000, "JPY"),
        ],
        ids=["exact", "under", "over", "rounded-down", "coin", "no-decimals"],
    )
    def test_what_was_paid_counts_at_the_orders_rate(
        self, amounts: Mapping[str, Any], minor: int, currency: str
    ) -> None:
        word = deposit.Settled(reference="343", amount_minor=minor, currency=currency, stands=True)
        assert self.asked(self.order("paid", **amounts)) == word

    @pytest.mark.parametrize("name", ["price_amount", "pay_amount", "underpaid_amount", "overpaid_amount"])
    @pytest.mark.parametrize("value", [None, "", "x", "-1", "NaN", "1e3", 0.5, True])
    def test_an_amount_that_cannot_be_read_is_no_success(self, name: str, value: Any) -> None:
        assert self.asked(self.order("paid", **{name: value})) == deposit.Underway(reference="343")

    @pytest.mark.parametrize(
        "amounts",
        [
            {"pay_amount": "0"}, {"underpaid_amount": "0.001"}, {"underpaid_amount": "9"}, {"price_currency": "XXX"},
            {"price_amount": "9" * 20}, {"overpaid_amount": "9" * 20},
        ],
    )  # fmt: skip
    def test_paid_with_nothing_too_much_or_in_a_currency_nobody_knows_is_no_success(
        self, amounts: Mapping[str, Any]
    ) -> None:
        assert self.asked(self.order("paid", **amounts)) == deposit.Underway(reference="343")

    @pytest.mark.parametrize("number", [None, "343", True, 3.5])
    def test_an_order_without_a_number_is_no_answer(self, number: Any) -> None:
        assert self.asked(self.order("paid", id=number)) == deposit.Unanswered()

    def test_it_ends_by_itself_and_is_watched_until_it_does(self) -> None:
        call = self.flow.build_cancel(self.account, OURS, "343", 1)
        assert call == self.flow.build_question(self.account, OURS, "343")
        over = HttpAnswer(200, json.dumps(self.order("expired")).encode())
        assert self.flow.parse_cancel(over) == deposit.Declined(reference="343", code="expired", final=True)
        assert self.flow.parse_cancel(HttpAnswer(404, b'{"reason":"OrderNotFound"}')) == deposit.Unanswered()

    # --- callbacks

    @pytest.mark.parametrize(
        ("status", "told"),
        [
            ("pending", None),
            ("confirming", None),
            ("paid", Told.DONE),
            ("invalid", Told.UNDONE),
            ("expired", None),
            ("canceled", None),
            ("refunded", Told.UNDONE),
            ("partially_refunded", Told.UNDONE),
        ],
    )
    def test_every_status_makes_us_ask_and_counts_once(self, status: str, told: Told | None) -> None:
        read = self.read(self.genuine(status=status, price_amount="999999"))
        assert (read.said, read.id) == (LookAtDeposit(deposit_id=OURS, told=told), f"343:{status}")
        assert self.read(self.of_unknown_kind()).said == Unclear("status_not_handled")

    def test_json_says_the_same_as_a_form(self) -> None:
        raw = json.dumps(self.callback()).encode()
        assert self.read((raw, {"content-type": "application/json"})) == self.read(self.genuine())

    @QUICK
    @given(given_token=st.text(max_size=80))
    def test_no_other_token_is_believed(self, given_token: str) -> None:
        with pytest.raises(NotGenuine):
            self.read(self.genuine(token=given_token))
