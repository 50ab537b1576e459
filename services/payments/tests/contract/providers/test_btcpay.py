"""BTCPay Server keeps the suite, and its own protocol."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

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
    Nothing,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit

from .suite import OURS, PLAYER, QUICK, OnlyHints, Wire, whose

STORE = "https://pay.casino.example/api/v1/stores/s1"


def signed(event: Mapping[str, Any], secret: str = "whsec_of_these_tests") -> Wire:
    raw = json.dumps(event).encode()
    return raw, {"btcpay-sig": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


EXPIRES = 1_772_000_900


def paid(value: str, status: str = "Settled", fee: str = "0", at: Any = EXPIRES) -> dict[str, Any]:
    return {"id": "t-0", "receivedDate": at, "value": value, "fee": fee, "status": status, "destination": "bc1q"}


def undecided(code: str, amount_minor: int, currency: str = "EUR") -> deposit.Underway:
    """Paid, and how much that is, people say; the provider makes it this."""
    concern = deposit.Concern(code=code, amount_minor=amount_minor, currency=currency)
    return deposit.Underway(reference="inv1", concern=concern)


def method(*payments: dict[str, Any], rate: str = "50000.00", **fields: Any) -> dict[str, Any]:
    return {"paymentMethodId": "BTC-CHAIN", "currency": "BTC", "rate": rate, "payments": list(payments), **fields}


class TestBtcpay(OnlyHints):
    """Deposits, and what is common to both flows."""

    name = "btcpay"
    signature_header = "btcpay-sig"
    settings: ClassVar[Mapping[str, Any]] = {"base_url": "https://pay.casino.example", "store_id": "s1"}
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "key1", "webhook_secret": "whsec_of_these_tests"}
    signed_with: ClassVar[Sequence[str]] = ("webhook_secret",)
    other_reference: ClassVar[Mapping[str, Any]] = {"metadata": {"orderId": "7"}}

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    @staticmethod
    def event(kind: str, **fields: Any) -> dict[str, Any]:
        return {
            "deliveryId": "d2", "webhookId": "w1", "originalDeliveryId": "d1", "isRedelivery": True, "type": kind,
            "timestamp": 1_772_000_050, "storeId": "s1", "invoiceId": "inv1", "metadata": {"orderId": str(OURS)},
            **fields,
        }  # fmt: skip

    @staticmethod
    def invoice(status: Any = "New", **fields: Any) -> dict[str, Any]:
        return {
            "id": "inv1", "storeId": "s1", "amount": "50.00", "paidAmount": "0.00", "currency": "EUR",
            "type": "Standard", "checkoutLink": "https://pay.casino.example/i/inv1", "status": status,
            "additionalStatus": "None", "metadata": {"orderId": str(OURS)}, "expirationTime": EXPIRES, **fields,
        }  # fmt: skip

    def genuine(self, **extra: Any) -> Wire:
        return signed(self.event("InvoiceSettled", **extra))

    def of_unknown_kind(self) -> Wire:
        return signed(self.event("InvoiceTeleported"))

    def unsigned(self) -> Wire:
        return self.genuine()[0], {}

    def badly_signed(self) -> Wire:
        return signed(self.event("InvoiceSettled"), secret="another")

    def build(self, amount_minor: int = 50_00, currency: str = "EUR") -> Any:
        intent = DepositIntent(
            deposit_id=OURS,
            player_id=PLAYER,
            amount_minor=amount_minor,
            currency=currency,
            return_url="https://c.example/back",
        )
        return self.flow.build_call(self.account, intent)

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    def asked(self, invoice: Any, methods: Any, status: int = 200) -> Any:
        """What is said by the two halves of the question."""
        second = HttpAnswer(status, json.dumps(methods).encode())
        return self.flow.parse_question(HttpAnswer(200, json.dumps(invoice).encode(), also=second))

    # --- the call

    def test_an_invoice_carries_our_id_and_the_amount_in_the_currency_asked_for(self) -> None:
        call = self.build()
        assert (call.method, call.url, call.key) == ("POST", f"{STORE}/invoices", str(OURS))
        assert call.headers["Authorization"] == "token key1"
        assert json.loads(call.body) == {
            "amount": "50.00",
            "currency": "EUR",
            "metadata": {"orderId": str(OURS)},
            "checkout": {"redirectURL": "https://c.example/back"},
        }

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "wire"),
        [(500, "JPY", "500"), (5_123, "KWD", "5.123"), (78_000, "BTC", "0.00078000"), (1_500_000, "USDT", "1.500000")],
    )
    def test_amounts_are_written_with_the_currencys_own_decimals(
        self, amount_minor: int, currency: str, wire: str
    ) -> None:
        self.flow.check_amount(amount_minor, currency)
        assert json.loads(self.build(amount_minor, currency).body)["amount"] == wire

    def test_a_currency_nobody_knows_is_refused(self) -> None:
        with pytest.raises(Invalid) as refusal:
            self.flow.check_amount(1, "XXX")
        assert refusal.value.field == "currency"

    def test_a_new_invoice_sends_the_player_to_its_page(self) -> None:
        page = json.dumps({"type": "redirect", "url": "https://pay.casino.example/i/inv1"})
        said = self.parse(HttpAnswer(200, json.dumps(self.invoice()).encode()))
        assert said == deposit.ActionNeeded(reference="inv1", next_action=page)

    def test_a_page_that_is_none_is_not_shown(self) -> None:
        odd = self.invoice(checkoutLink="javascript:alert(1)")
        assert self.parse(HttpAnswer(200, json.dumps(odd).encode())) == deposit.ActionNeeded(reference="inv1")

    @pytest.mark.parametrize(
        ("status", "body", "code", "final"),
        [
            (422, [{"path": "amount", "message": "too much"}], "validation", True),
            (400, {"code": "generic-error", "message": "no rate"}, "generic-error", True),
            (401, {"code": "unauthenticated"}, "unauthenticated", False),
            (403, {"code": "missing-permission"}, "missing-permission", False),
            (404, {"code": "store-not-found"}, "store-not-found", False),
        ],
    )
    def test_a_refusal_declines_and_one_about_our_key_leaves_earlier_calls_open(
        self, status: int, body: Any, code: str, final: bool
    ) -> None:
        said = self.parse(HttpAnswer(status, json.dumps(body).encode()))
        assert said == deposit.Declined(reference=None, code=code, final=final)
        assert code in self.provider.codes

    # --- the question

    def test_it_is_asked_by_the_invoice_and_by_what_that_received(self) -> None:
        call = self.flow.build_question(self.account, OURS, "inv/1")
        assert isinstance(call, HttpCall)
        assert (call.url, call.key) == (f"{STORE}/invoices/inv%2F1", None)
        assert call.also is not None
        assert (call.also.method, call.also.url) == ("GET", f"{STORE}/invoices/inv%2F1/payment-methods")

    def test_without_its_id_it_is_found_by_ours(self) -> None:
        call = self.flow.build_question(self.account, OURS, None)
        assert isinstance(call, HttpCall)
        assert call.url == f"{STORE}/invoices?orderId={OURS}&includeArchived=true"
        found = HttpAnswer(200, json.dumps([self.invoice("Settled")]).encode())
        assert self.flow.parse_question(found) == deposit.Underway(reference="inv1")

    def test_of_two_invoices_the_one_with_money_speaks_then_the_one_that_can_be_paid(self) -> None:
        dead, fresh, moving = (
            self.invoice("Expired", id="a"),
            self.invoice("New", id="b"),
            self.invoice("Processing", id="c"),
        )
        for found, reference in (([dead, fresh], "b"), ([dead, fresh, moving], "c")):
            said = self.flow.parse_question(HttpAnswer(200, json.dumps(found).encode()))
            assert not isinstance(said, NotThere | deposit.Unanswered)
            assert said.reference == reference

    def test_nothing_found_is_not_there(self) -> None:
        gone = HttpAnswer(404, b'{"code":"invoice-not-found"}')
        assert self.flow.parse_question(HttpAnswer(200, b"[]")) == NotThere()
        assert self.flow.parse_question(gone) == NotThere()
        assert self.flow.parse_question(HttpAnswer(404, b'{"code":"store-not-found"}')) == deposit.Unanswered()

    @pytest.mark.parametrize(
        ("payments", "minor"),
        [
            ([paid("0.00100000")], 50_00),
            ([paid("0.00080000")], 40_00),
            ([paid("0.00105000")], 52_50),
            ([paid("0.00040000"), paid("0.00050000")], 45_00),
            ([paid("0.00100000"), paid("9.0", "Invalid")], 50_00),
            ([paid("0.00100000", fee="0.00002000")], 49_00),
            ([paid("0.00100019")], 50_00),
        ],
        ids=["exact", "under", "over", "twice", "taken-back", "network-fee", "rounded-down"],
    )
    @pytest.mark.parametrize("status", ["Settled", "Expired", "Invalid"])
    def test_what_was_received_counts_at_the_invoices_rate_whatever_became_of_it(
        self, payments: list[dict[str, Any]], minor: int, status: str
    ) -> None:
        word = deposit.Settled(reference="inv1", amount_minor=minor, currency="EUR")
        assert self.asked(self.invoice(status), [method(*payments)]) == word

    @pytest.mark.parametrize("at", [EXPIRES + 1, None, "soon"])
    @pytest.mark.parametrize("status", ["Expired", "Invalid", "Settled"])
    def test_what_came_when_the_rate_did_not_hold_any_more_is_worth_what_people_say(self, status: str, at: Any) -> None:
        ways = [method(paid("0.0004"), paid("1", at=at))]
        assert self.asked(self.invoice(status), ways) == undecided("paid_late", 50_020_00)
        assert self.asked(self.invoice(status, expirationTime=None), ways) == undecided("paid_late", 50_020_00)

    @pytest.mark.parametrize("status", ["Expired", "Settled"])
    def test_far_more_than_was_asked_is_worth_what_people_say(self, status: str) -> None:
        ways = [method(paid("0.0005"), paid("0.00055001"))]
        assert self.asked(self.invoice(status), ways) == undecided("paid_over", 52_50)

    def test_coins_that_are_not_exchanged_are_worth_themselves_however_late_and_many(self) -> None:
        ways = [method(paid("9", at=EXPIRES + 9), rate="1")]
        word = deposit.Settled(reference="inv1", amount_minor=9 * 10**8, currency="BTC")
        assert self.asked(self.invoice("Expired", currency="BTC", amount="0.001"), ways) == word

    def test_several_ways_of_paying_add_up_each_at_its_rate(self) -> None:
        ways = [method(paid("0.0004")), method(paid("0.4"), rate="75.50"), method(rate="0")]
        word = deposit.Settled(reference="inv1", amount_minor=50_20, currency="EUR")
        assert self.asked(self.invoice("Settled"), ways) == word

    def test_an_invoice_in_the_coin_itself_is_counted_in_the_coin(self) -> None:
        word = deposit.Settled(reference="inv1", amount_minor=78_001, currency="BTC")
        assert self.asked(self.invoice("Settled", currency="BTC"), [method(paid("0.00078001"), rate="1")]) == word

    def test_a_surplus_that_may_be_taken_back_is_waited_for(self) -> None:
        over = self.invoice("Settled", additionalStatus="PaidOver", paidAmount="5050.00")
        assert self.asked(over, [method(paid("0.001"), paid("0.1", "Processing"))]) == deposit.Underway(
            reference="inv1"
        )

    @pytest.mark.parametrize("status", ["Expired", "Invalid"])
    def test_an_invoice_that_received_nothing_is_over(self, status: str) -> None:
        word = deposit.Declined(reference="inv1", code=status.lower(), final=True)
        assert self.asked(self.invoice(status), [method()]) == word
        assert word.code in self.provider.codes

    def test_settled_by_hand_with_nothing_received_is_no_money(self) -> None:
        marked = self.invoice("Settled", additionalStatus="Marked", paidAmount="50.00")
        assert self.asked(marked, [method()]) == deposit.Underway(reference="inv1")

    @pytest.mark.parametrize(
        "methods",
        [
            None, {}, [{}], [method(paid("x"))], [method(paid("-1"))], [method(paid("1"), rate="0")],
            [method(paid("1"), rate="NaN")], [method(paid("1e3"))], [method({**paid("1"), "value": 0.001})],
            [method(paid("1" * 20))], [method({**paid("1"), "fee": None})],
        ],
    )  # fmt: skip
    def test_payments_that_cannot_be_read_are_no_success(self, methods: Any) -> None:
        assert self.asked(self.invoice("Settled"), methods) == deposit.Underway(reference="inv1")

    def test_half_an_answer_is_no_success(self) -> None:
        settled = self.invoice("Settled", paidAmount="50.00")
        assert self.asked(settled, [method(paid("0.001"))], status=500) == deposit.Underway(reference="inv1")
        assert self.flow.parse_question(HttpAnswer(200, json.dumps(settled).encode())) == deposit.Underway(
            reference="inv1"
        )
        assert self.asked(self.invoice("Settled", currency="XXX"), [method(paid("1"))]) == deposit.Underway(
            reference="inv1"
        )

    @pytest.mark.parametrize("status", ["Processing", "Teleported", None])
    def test_what_is_not_decided_or_not_known_is_underway(self, status: Any) -> None:
        assert self.asked(self.invoice(status), [method(paid("0.001"))]) == deposit.Underway(reference="inv1")

    @QUICK
    @given(sats=st.integers(1, 10**9), cents=st.integers(1, 10**7))
    def test_never_more_than_the_chain_confirmed_is_credited(self, sats: int, cents: int) -> None:
        rate = f"{cents // 100}.{cents % 100:02}"
        value = f"{sats // 10**8}.{sats % 10**8:08}"
        said = self.asked(self.invoice("Settled", amount="1" + "0" * 12), [method(paid(value), rate=rate)])
        credited = said.amount_minor if isinstance(said, deposit.Settled) else 0
        assert credited * 10**8 <= sats * cents < (credited + 1) * 10**8

    # --- the cancel

    def test_it_is_marked_invalid_and_what_came_before_is_credited(self) -> None:
        call = self.flow.build_cancel(self.account, OURS, "inv1", 2)
        assert call is not None
        assert (call.url, json.loads(call.body), call.key) == (
            f"{STORE}/invoices/inv1/status",
            {"status": "Invalid"},
            f"{OURS}-cancel-2",
        )
        body = json.dumps(self.invoice("Invalid", additionalStatus="Marked")).encode()
        for methods, word in (
            ([method()], deposit.Declined(reference="inv1", code="invalid", final=True)),
            ([method(paid("0.0002"))], deposit.Settled(reference="inv1", amount_minor=10_00, currency="EUR")),
        ):
            also = HttpAnswer(200, json.dumps(methods).encode())
            assert self.flow.parse_cancel(HttpAnswer(200, body, also=also)) == word
        assert self.flow.parse_cancel(HttpAnswer(422, b"[]")) == deposit.Unanswered()

    # --- webhooks

    @pytest.mark.parametrize(
        "kind",
        [
            "InvoiceReceivedPayment", "InvoicePaymentSettled", "InvoiceProcessing", "InvoiceSettled", "InvoiceExpired",
            "InvoiceExpiredPaidPartial", "InvoicePaidAfterExpiration", "InvoiceInvalid",
        ],
    )  # fmt: skip
    def test_whatever_happens_to_an_invoice_makes_us_ask(self, kind: str) -> None:
        read = self.read(signed(self.event(kind, overPaid=True, payment=paid("999"))))
        settled = Told.DONE if kind == "InvoiceSettled" else None
        assert (read.said, read.kind) == (LookAtDeposit(deposit_id=OURS, told=settled), kind)

    def test_a_redelivery_counts_as_the_delivery_it_repeats(self) -> None:
        again = self.event("InvoiceSettled", deliveryId="d9")
        first = self.event("InvoiceSettled", deliveryId="d1", isRedelivery=False)
        assert self.read(signed(again)).id == self.read(signed(first)).id == "d1"

    def test_settled_by_hand_is_for_a_person_to_see(self) -> None:
        assert self.read(self.genuine(manuallyMarked=True)).said == Unclear("settled_by_hand")
        assert whose(self.read(self.genuine(manuallyMarked=False)).said) == OURS

    @pytest.mark.parametrize("kind", ["InvoiceCreated", "PayoutCreated", "PayoutApproved", "PayoutUpdated"])
    def test_news_that_moves_nothing_has_no_consequence(self, kind: str) -> None:
        assert self.read(signed(self.event(kind, payoutId="p1", payoutState="Completed"))).said == Nothing()

    def test_a_signature_in_another_form_is_not_genuine(self) -> None:
        raw, headers = self.genuine()
        digits = headers["btcpay-sig"].removeprefix("sha256=")
        for header in (digits, f"sha1={digits}", f"sha256={digits.upper()}", f"SHA256={digits}", "sha256="):
            with pytest.raises(NotGenuine):
                self.read((raw, {"btcpay-sig": header}))

    @pytest.mark.parametrize(
        ("name", "value"), [("store_id", ""), ("store_id", 7), ("approve_payouts", "yes"), ("approve_payouts", 1)]
    )
    def test_an_account_that_could_not_work_is_refused(self, name: str, value: Any) -> None:
        with pytest.raises(Invalid) as refusal:
            self.provider.check_account({**self.settings, name: value}, self.secrets)
        assert refusal.value.field == f"settings.{name}"

    def test_its_servers_are_the_operators_own(self) -> None:
        assert not self.provider.hosts
