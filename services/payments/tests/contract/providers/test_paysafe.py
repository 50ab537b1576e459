"""Deposits through Paysafe keep the suite, and its own protocol."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import pytest

from chassis.domain import Invalid
from payments.application.look_port import LookAtDeposit, LookAtPayout, Told
from payments.application.ports import (
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    Nothing,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.strategies.providers.paysafe.signature import sign

from .refund_suite import REFUND, HintsAtRefunds
from .suite import NOW, OURS, PLAYER, OnlyHints, Wire

KEY, OTHER_KEY = "hmac-key-of-the-tests", "another-key"
API = "https://api.test.paysafe.com/paymenthub/v1"
PAGE = "https://api.test.paysafe.com/alternatepayments/v1/redirect?token=t"
WALLET = {"method": "skrill", "consumer_id": "s@player.example"}
ACTION = json.dumps({"type": "redirect", "url": PAGE})


def answer(body: Mapping[str, Any], status: int = 200, **more: Any) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(body).encode(), **more)


def handle(status: str = "INITIATED", **fields: Any) -> dict[str, Any]:
    return {
        "id": "h1", "paymentHandleToken": "PH1", "merchantRefNum": OURS.hex, "amount": 50_00, "currencyCode": "EUR",
        "status": status, "links": [{"rel": "redirect_payment", "href": PAGE}], **fields,
    }  # fmt: skip


def payment(status: str = "COMPLETED", **fields: Any) -> dict[str, Any]:
    return {
        "id": "p1", "merchantRefNum": OURS.hex, "amount": 50_00, "currencyCode": "EUR", "availableToSettle": 0,
        "paymentHandleToken": "PH1", "status": status, **fields,
    }  # fmt: skip


def found(handles: list[Any], payments: list[Any]) -> HttpAnswer:
    return answer({"paymentHandles": handles}, also=answer({"payments": payments}))


def refund_there(status: str = "COMPLETED", **fields: Any) -> dict[str, Any]:
    return {"id": "ref_1", "merchantRefNum": str(REFUND), "amount": 50_00, "status": status, **fields}


class TestPaysafe(OnlyHints, HintsAtRefunds):
    """Deposits and refunds."""

    name = "paysafe"
    signature_header = "signature"
    settings: ClassVar[Mapping[str, Any]] = {"base_url": "https://api.test.paysafe.com", "username": "casino"}
    secrets: ClassVar[Mapping[str, str]] = {"password": "api-password", "hmac_key": KEY}
    signed_with: ClassVar[Sequence[str]] = ("hmac_key", "previous_hmac_key")
    other_reference: ClassVar[Mapping[str, Any]] = {"merchantRefNum": "order 7"}

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    def event(self, kind: str, key: str | None = KEY, **fields: Any) -> Wire:
        payload = {"id": "p1", "merchantRefNum": OURS.hex, "amount": 50_00, "status": "COMPLETED", **fields}
        raw = json.dumps(
            {"eventType": kind, "eventDate": "2026-03-01T11:59:00Z", "attemptNumber": "1", "payload": payload}
        ).encode()
        return raw, {} if key is None else {"signature": sign(key, raw)}

    def genuine(self, **extra: Any) -> Wire:
        return self.event("PAYMENT_COMPLETED", **extra)

    def of_unknown_kind(self) -> Wire:
        return self.event("TELEPORTED")

    def unsigned(self) -> Wire:
        return self.event("PAYMENT_COMPLETED", key=None)

    def badly_signed(self) -> Wire:
        return self.event("PAYMENT_COMPLETED", key=OTHER_KEY)

    def build(self, **fields: Any) -> Any:
        facts: dict[str, Any] = {
            "deposit_id": OURS, "player_id": PLAYER, "amount_minor": 50_00, "currency": "EUR",
            "return_url": "https://c.example/back", "details": WALLET, **fields,
        }  # fmt: skip
        return self.flow.build_call(self.account, DepositIntent(**facts))

    def parse(self, said: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(said)

    def question(self) -> HttpCall:
        call = self.flow.build_question(self.account, OURS, None)
        assert isinstance(call, HttpCall)
        return call

    # --- money back

    taken = answer(refund_there("PENDING", currencyCode="EUR"), 201)
    refused = answer({"error": {"code": "3402", "message": "exceeds"}}, 402)

    def key_in(self, call: HttpCall) -> str:
        return str(json.loads(call.body)["merchantRefNum"])

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        return self.event(f"REFUND_{'COMPLETED' if success else 'FAILED'}", id=reference, merchantRefNum=str(ours))

    def found(self, *, success: bool | None, reference: str = "ref_1", **fields: Any) -> Any:
        status = {True: "COMPLETED", False: "FAILED", None: "PENDING"}[success]
        return refund_there(status, id=reference, **fields)

    def by_reference(self, refund_there: Any) -> HttpAnswer:
        return answer(refund_there)

    def by_ours(self, *refunds_there: Any) -> HttpAnswer:
        return answer({"refunds": list(refunds_there), "meta": {"numberOfRecords": len(refunds_there)}})

    # --- the handle

    def test_a_handle_is_made_under_our_reference_for_the_players_wallet(self) -> None:
        call = self.build(details={**WALLET, "first_name": "Sam", "email": "s@player.example"})
        assert (call.method, call.url, call.key) == ("POST", f"{API}/paymenthandles", OURS.hex)
        assert base64.b64decode(call.headers["Authorization"].removeprefix("Basic ")) == b"casino:api-password"
        assert json.loads(call.body) == {
            "merchantRefNum": OURS.hex, "transactionType": "PAYMENT", "amount": 50_00, "currencyCode": "EUR",
            "paymentType": "SKRILL", "skrill": {"consumerId": "s@player.example"},
            "returnLinks": [{"rel": "default", "href": "https://c.example/back", "method": "GET"}],
            "profile": {"firstName": "Sam", "email": "s@player.example"},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "value"),
        [("method", "cash"), ("method", None), ("consumer_id", None), ("consumer_id", "a\x00"), ("iban", "X"),
         ("first_name", " ")],
    )  # fmt: skip
    def test_a_wallet_it_could_not_know_is_refused(self, name: str, value: str | None) -> None:
        details = {**WALLET, name: value} if value is not None else {k: v for k, v in WALLET.items() if k != name}
        with pytest.raises(Invalid) as refused:
            self.flow.check_details(details)
        assert refused.value.field == f"details.{name}"

    @pytest.mark.parametrize("currency", ["BTC", "XXX"])
    def test_a_currency_it_does_not_take_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(100, currency)

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            ("INITIATED", deposit.ActionNeeded(reference=OURS.hex, next_action=ACTION)),
            ("PAYABLE", deposit.Underway(reference=OURS.hex)),
            ("PROCESSING", deposit.Underway(reference=OURS.hex)),
            ("COMPLETED", deposit.Underway(reference=OURS.hex)),
            ("BRAND_NEW", deposit.Underway(reference=OURS.hex)),
            ("FAILED", deposit.Declined(reference=OURS.hex, code="handle_failed", final=True)),
            ("EXPIRED", deposit.Declined(reference=OURS.hex, code="expired", final=True)),
        ],
    )
    def test_a_handle_says_where_it_stands_and_never_that_money_came(self, status: str, word: Any) -> None:
        assert self.parse(answer(handle(status), 201)) == word
        assert self.flow.parse_question(found([handle(status)], [])) == word

    @pytest.mark.parametrize(
        ("status", "code", "word"),
        [
            (400, "5068", deposit.Declined(reference=None, code="error_5068", final=True)),
            (402, "4002", deposit.Declined(reference=None, code="error_4002", final=True)),
            (401, "5279", deposit.Declined(reference=None, code="error_5279")),
            (409, "9999", deposit.Unanswered()),
            (429, "1200", deposit.Unanswered()),
            (500, "5068", deposit.Unanswered()),
        ],
    )
    def test_only_an_error_we_know_declines(self, status: int, code: str, word: Any) -> None:
        assert self.parse(answer({"error": {"code": code, "message": "no"}}, status)) == word

    # --- the payment

    def test_what_the_player_agreed_to_is_taken_once_and_settled_with_it(self) -> None:
        then = self.question().then
        assert then is not None
        call = then(found([handle("PAYABLE")], []))
        assert call is not None
        assert (call.method, call.url, call.key) == ("POST", f"{API}/payments", OURS.hex)
        assert json.loads(call.body) == {
            "merchantRefNum": OURS.hex, "amount": 50_00, "currencyCode": "EUR", "paymentHandleToken": "PH1",
            "dupCheck": True, "settleWithAuth": True,
        }  # fmt: skip

    @pytest.mark.parametrize("status", ["INITIATED", "PROCESSING", "COMPLETED", "EXPIRED", "FAILED"])
    def test_nothing_is_taken_of_a_handle_that_is_not_payable(self, status: str) -> None:
        then = self.question().then
        assert then is not None
        assert then(found([handle(status)], [])) is None

    def test_nothing_is_taken_twice_and_nothing_of_two_handles(self) -> None:
        then = self.question().then
        assert then is not None
        assert then(found([handle("PAYABLE")], [payment("PROCESSING")])) is None
        assert then(found([handle("PAYABLE"), handle("PAYABLE")], [])) is None
        assert then(answer(payment(), 201, earlier=found([handle("PAYABLE")], []))) is None
        assert then(HttpAnswer(200, b"<html>")) is None

    @pytest.mark.parametrize(
        "also", [None, answer({}, 500), answer({"error": {"code": "5"}}, 401), HttpAnswer(200, b"<html>"), answer({})]
    )
    def test_nothing_is_taken_while_nobody_can_tell_whether_it_was(self, also: HttpAnswer | None) -> None:
        then = self.question().then
        assert then is not None
        assert then(answer({"paymentHandles": [handle("PAYABLE")]}, also=also)) is None

    @pytest.mark.parametrize(
        ("made", "word"),
        [
            (payment(), deposit.Settled(reference="p1", amount_minor=50_00, currency="EUR", names_payment=True)),
            (
                payment(availableToSettle=10_00),
                deposit.Settled(reference="p1", amount_minor=40_00, currency="EUR", names_payment=True),
            ),
            (payment(availableToSettle=50_00), deposit.Underway(reference=OURS.hex)),
            (payment("PENDING"), deposit.Underway(reference=OURS.hex)),
            (payment("HELD"), deposit.Underway(reference=OURS.hex)),
            (payment(amount="50.00"), deposit.Underway(reference=OURS.hex)),
            (payment(currencyCode="XXX"), deposit.Underway(reference=OURS.hex)),
            (payment("FAILED"), deposit.Declined(reference=OURS.hex, code="payment_failed", final=True)),
            (
                payment("FAILED", error={"code": "3022"}),
                deposit.Declined(reference=OURS.hex, code="error_3022", final=True),
            ),
            (payment("CANCELLED"), deposit.Declined(reference=OURS.hex, code="payment_cancelled", final=True)),
            (payment(id=None), deposit.Unanswered()),
        ],
    )
    def test_a_payment_is_read_the_same_when_it_is_made_and_when_it_is_found(self, made: Any, word: Any) -> None:
        earlier = found([handle("PAYABLE")], [])
        assert self.flow.parse_question(answer(made, 201, earlier=earlier)) == word
        assert self.flow.parse_question(found([handle("COMPLETED")], [made])) == word

    def test_a_payment_that_was_refused_declines_and_an_unknown_refusal_leaves_it_open(self) -> None:
        earlier = found([handle("PAYABLE")], [])
        refused = answer({"merchantRefNum": OURS.hex, "error": {"code": "3009"}}, 402, earlier=earlier)
        assert self.flow.parse_question(refused) == deposit.Declined(reference=OURS.hex, code="error_3009", final=True)
        again = answer({"error": {"code": "9999"}}, 409, earlier=earlier)
        assert self.flow.parse_question(again) == deposit.Unanswered()

    def test_what_is_not_found_was_not_made_and_half_a_look_tells_nothing(self) -> None:
        assert self.flow.parse_question(found([], [])) == NotThere()
        assert self.flow.parse_question(answer({"paymentHandles": []})) == deposit.Unanswered()
        assert self.flow.parse_question(found([handle(), handle()], [])) == deposit.Unanswered()
        assert self.flow.parse_question(found([handle()], [payment(), payment()])) == deposit.Unanswered()
        assert self.flow.parse_question(None) == deposit.Unanswered()

    def test_the_question_goes_by_our_reference_and_nobody_cancels(self) -> None:
        call = self.question()
        assert (call.method, call.url, call.key) == ("GET", f"{API}/paymenthandles?merchantRefNum={OURS.hex}", None)
        assert call.also is not None
        assert call.also.url == f"{API}/payments?merchantRefNum={OURS.hex}"
        assert self.flow.build_cancel(self.account, OURS, OURS.hex, 1) is None

    # --- webhooks

    @pytest.mark.parametrize(
        ("kind", "reference", "said"),
        [
            ("PAYMENT_HANDLE_PAYABLE", OURS.hex, LookAtDeposit(deposit_id=OURS)),
            ("PAYMENT_FAILED", OURS.hex, LookAtDeposit(deposit_id=OURS)),
            ("SETTLEMENT_COMPLETED", OURS.hex, LookAtDeposit(deposit_id=OURS, told=Told.DONE)),
            ("SA_CREDIT_COMPLETED", str(OURS), LookAtPayout(withdrawal_id=OURS, told=Told.DONE)),
            ("SA_CREDIT_FAILED", str(OURS), LookAtPayout(withdrawal_id=OURS, told=Told.UNDONE)),
            ("PAYMENT_HANDLE_PAYABLE", str(OURS), Nothing()),
            ("PAYMENT_RETURN_COMPLETED", "order 7", LookAtDeposit(deposit_id=None)),
            ("CARD_VERIFICATION_COMPLETED", OURS.hex, Unclear("notification_not_handled")),
        ],
    )
    def test_a_webhook_says_what_to_look_at(self, kind: str, reference: str, said: Any) -> None:
        assert self.read(self.event(kind, merchantRefNum=reference)).said == said

    def test_a_previous_key_is_believed_while_a_new_one_spreads(self) -> None:
        raw, headers = self.event("PAYMENT_COMPLETED", key="the one before")
        account = replace(self.account, secrets={**self.secrets, "previous_hmac_key": "the one before"})
        said = self.provider.read_notification(account, raw, headers, NOW).said
        assert said == LookAtDeposit(deposit_id=OURS, told=Told.DONE)
