"""Praxis keeps the suite, and its own protocol."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

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

from .suite import NOW, OURS, PLAYER, OnlyHints, Wire, whose

SECRET = "merchant-secret-1"
API = "https://pci-gw-test.praxispay.com"
NOTIFY = "https://c.example/partner/payments/praxis/7/notifications"
AT = int(NOW.timestamp())


def sha384(*values: object, secret: str = SECRET) -> str:
    return hashlib.sha384("".join(map(str, (*values, secret))).encode()).hexdigest()


class TestPraxis(OnlyHints):
    """Sessions of the cashier, and notifications about them."""

    name = "praxis"
    signature_header = "gt-authentication"
    unsigned_parts = "all but who, when, which order and what amount: states above all"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": API, "merchant_id": "API-Casino", "application_key": "casino.example",
    }  # fmt: skip
    secrets: ClassVar[Mapping[str, str]] = {"merchant_secret": SECRET}
    signed_with: ClassVar[Sequence[str]] = ("merchant_secret", "previous_merchant_secret")
    other_reference: ClassVar[Mapping[str, Any]] = {"order_id": "order 7"}

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    # --- how Praxis writes

    @staticmethod
    def transaction(**fields: Any) -> dict[str, Any]:
        return {
            "transaction_type": "sale", "transaction_status": "approved", "tid": 756850, "transaction_id": "13348",
            "currency": "EUR", "amount": 5000, "conversion_rate": None, "processed_currency": "EUR",
            "processed_amount": 5000, "fee": 0, "payment_method": "Credit Card", "status_code": "SC-002", **fields,
        }  # fmt: skip

    @staticmethod
    def session(**fields: Any) -> dict[str, Any]:
        return {
            "auth_token": "1pI5fB", "intent": "payment", "session_status": "open", "order_id": OURS.hex,
            "currency": "EUR", "amount": 5000, "conversion_rate": None, "processed_currency": None,
            "processed_amount": None, "cid": str(PLAYER), **fields,
        }  # fmt: skip

    def told(self, transaction: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
        session = {name: fields.pop(name) for name in ("order_id", "intent", "session_status") if name in fields}
        return {
            "merchant_id": "API-Casino", "application_key": "casino.example", "conversion_rate": None,
            "customer": {"customer_token": "tok1", "email": "s@c.example"}, "session": self.session(**session),
            "transaction": transaction, "version": "1.3", "timestamp": AT, **fields,
        }  # fmt: skip

    @staticmethod
    def signed(message: dict[str, Any], secret: str = SECRET) -> Wire:
        paid = message["transaction"] or {}
        names = ("tid", "currency", "amount", "conversion_rate", "processed_currency", "processed_amount")
        values = [
            message["merchant_id"], message["application_key"], message["timestamp"],
            message["customer"]["customer_token"], message["session"]["order_id"], *(paid.get(one) for one in names),
        ]  # fmt: skip
        given = sha384(*(value for value in values if value is not None), secret=secret)
        return json.dumps(message).encode(), {"gt-authentication": given, "content-type": "application/json"}

    def genuine(self, **extra: Any) -> Wire:
        return self.signed(self.told(self.transaction(), **extra))

    def of_unknown_kind(self) -> Wire:
        return self.signed(self.told(self.transaction(transaction_status="teleported")))

    def unsigned(self) -> Wire:
        return self.genuine()[0], {}

    def badly_signed(self) -> Wire:
        return self.signed(self.told(self.transaction()), "somebody else's")

    def build(self, **fields: Any) -> HttpCall:
        intent = DepositIntent(
            deposit_id=OURS, player_id=PLAYER, amount_minor=50_00, currency="EUR",
            return_url="https://c.example/back", notification_url=NOTIFY,
        )  # fmt: skip
        return self.flow.build_call(self.account, replace(intent, **fields))

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    @staticmethod
    def answer(status: int = 0, http: int = 200, **fields: Any) -> HttpAnswer:
        body = {"status": status, "description": "OK", "version": "1.3", "timestamp": AT, **fields}
        return HttpAnswer(http, json.dumps(body).encode())

    def asked(self, transaction: dict[str, Any] | None = None, **session: Any) -> Any:
        return self.flow.parse_question(self.answer(session=self.session(**session), transaction=transaction))

    # --- the account

    @pytest.mark.parametrize(("name", "value"), [("merchant_id", ""), ("application_key", "x" * 33)])
    def test_a_setting_that_cannot_work_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.provider.check_account({**self.settings, name: value}, self.secrets)
        assert refused.value.field == f"settings.{name}"

    def test_a_secret_that_is_being_replaced_still_counts(self) -> None:
        self.provider.check_account(self.settings, {**self.secrets, "previous_merchant_secret": "merchant-secret-0"})
        both = replace(self.account, secrets={"merchant_secret": "new", "previous_merchant_secret": SECRET})
        raw, headers = self.genuine()
        said = self.provider.read_notification(both, raw, headers, NOW).said
        assert said == LookAtDeposit(deposit_id=OURS, told=Told.DONE)

    # --- requests

    def test_a_session_is_asked_for_with_our_ids_and_signed_with_the_time(self) -> None:
        call = self.build(details={"email": "s@c.example", "locale": "en-GB", "payment_method": "Credit Card"})
        assert (call.method, call.url, call.key) == ("POST", f"{API}/cashier/cashier", OURS.hex)
        assert call.timed is not None
        sent = call.timed(NOW)
        assert json.loads(sent.body) == {
            "merchant_id": "API-Casino", "application_key": "casino.example", "intent": "payment", "currency": "EUR",
            "amount": 5000, "cid": str(PLAYER), "order_id": OURS.hex, "notification_url": NOTIFY,
            "return_url": "https://c.example/back", "locale": "en-GB", "payment_method": "Credit Card",
            "customer_data": {"email": "s@c.example"}, "version": "1.3", "timestamp": AT,
        }  # fmt: skip
        given = sha384("API-Casino", "casino.example", AT, "payment", PLAYER, OURS.hex)
        assert sent.headers["GT-Authentication"] == given
        assert (sent.url, sent.key, sent.timed) == (call.url, call.key, None)
        assert call.timed(NOW) == sent != call.timed(NOW + timedelta(seconds=1))

    def test_no_secret_is_in_what_is_shown_of_a_call(self) -> None:
        call = self.build()
        assert call.timed is not None
        assert SECRET not in f"{call!r}{call.timed!r}{call.timed(NOW)!r}{call.timed(NOW).body!r}"

    def test_an_order_is_found_by_ours(self) -> None:
        for reference in (None, OURS.hex, "756850"):
            call = self.flow.build_question(self.account, OURS, reference)
            assert isinstance(call, HttpCall)
            assert (call.url, call.key) == (f"{API}/agent/find-order", None)
            assert call.timed is not None
            sent = call.timed(NOW)
            assert sent.headers["GT-Authentication"] == sha384("API-Casino", "casino.example", AT, OURS.hex)
            assert json.loads(sent.body)["order_id"] == OURS.hex

    def order_asked(self, call: Any) -> Any:
        assert call.timed is not None
        return json.loads(call.timed(NOW).body)["order_id"]

    def test_a_deposit_from_before_is_found_by_the_order_it_was_made_with(self) -> None:
        assert self.order_asked(self.flow.build_question(self.account, OURS, str(OURS))) == str(OURS)
        paid = self.flow.build_question(self.account, OURS, "756850")
        assert isinstance(paid, HttpCall)
        assert paid.then is not None
        missing = self.answer(404, description="Order not found")
        assert self.order_asked(paid.then(missing)) == str(OURS)
        assert paid.then(self.answer(0)) is None
        told = self.read(self.signed(self.told(self.transaction(), order_id=str(OURS)))).said
        assert told == LookAtDeposit(deposit_id=OURS, told=Told.DONE)

    def test_nobody_can_end_a_session(self) -> None:
        assert self.flow.build_cancel(self.account, OURS, OURS.hex, 1) is None
        assert self.flow.parse_cancel(None) == deposit.Unanswered()

    # --- answers

    def test_a_session_shows_the_player_its_page(self) -> None:
        said = self.parse(self.answer(redirect_url="https://cashier.example/x", session=self.session()))
        page = json.dumps({"type": "redirect", "url": "https://cashier.example/x"})
        assert said == deposit.ActionNeeded(reference=OURS.hex, next_action=page)
        for url in (None, "javascript:alert(1)", 7):
            said = self.parse(self.answer(redirect_url=url, session=self.session()))
            assert said == deposit.ActionNeeded(reference=OURS.hex)
        assert self.parse(self.answer(session=self.session(order_id="7"))) == deposit.Unanswered()

    @pytest.mark.parametrize("status", [333, 400, 401, 403, 406, 999])
    def test_a_refusal_declines_and_is_looked_after(self, status: int) -> None:
        code = f"status_{status}"
        assert self.parse(self.answer(status, 400)) == deposit.Declined(reference=None, code=code)
        assert code in self.provider.codes

    @pytest.mark.parametrize("status", [-1, None, "400", True, 10**9, 1.5])
    def test_a_status_that_leaves_it_open_is_an_unknown_outcome(self, status: Any) -> None:
        assert self.parse(self.answer(status)) == deposit.Unanswered()
        assert self.flow.parse_question(self.answer(status)) == deposit.Unanswered()

    def test_an_order_nobody_knows_is_not_there(self) -> None:
        assert self.flow.parse_question(self.answer(400, description="Transaction not found!")) == NotThere()
        assert self.flow.parse_question(self.answer(400, description="Wrong credentials.")) == deposit.Unanswered()

    # --- what became of it

    def test_only_approved_is_money_and_the_payment_has_a_name_of_its_own(self) -> None:
        settled = deposit.Settled(
            reference="756850", amount_minor=50_00, currency="EUR", names_payment=True, stands=True
        )
        assert self.asked(self.transaction()) == settled
        for status in ("pending", "pending_async", "authorized", "initialized", "teleported"):
            assert self.asked(self.transaction(transaction_status=status)) == deposit.Underway(reference=OURS.hex)

    @pytest.mark.parametrize(
        ("fields", "minor"),
        [
            ({"processed_amount": 4990}, 49_90), ({"charge_amount": 4880, "charge_currency": "EUR"}, 48_80),
            ({"amount": 4700, "processed_amount": 78000, "processed_currency": "BTC"}, 47_00),
            ({"processed_amount": None, "processed_currency": None}, 50_00), ({"processed_amount": "4990"}, 49_90),
        ],
    )  # fmt: skip
    def test_what_was_charged_counts(self, fields: dict[str, Any], minor: int) -> None:
        assert self.asked(self.transaction(**fields)).amount_minor == minor

    @pytest.mark.parametrize("amount", [0, -1, "x", "", "50.00", 50.5, True, 10**18, [], "٥٠"])
    def test_an_amount_that_cannot_be_read_is_not_the_end(self, amount: Any) -> None:
        said = self.asked(self.transaction(processed_amount=amount))
        assert said == deposit.Underway(reference=OURS.hex)

    @pytest.mark.parametrize("tid", [None, 0, -1, "756850", True, 2**70])
    def test_a_payment_without_its_id_is_not_the_end(self, tid: Any) -> None:
        assert self.asked(self.transaction(tid=tid)) == deposit.Underway(reference=OURS.hex)

    @pytest.mark.parametrize("status", ["rejected", "declined", "cancelled", "error"])
    def test_a_refused_attempt_ends_with_its_session(self, status: str) -> None:
        refused = self.transaction(transaction_status=status)
        assert self.asked(refused) == deposit.ActionNeeded(reference=OURS.hex)
        over = deposit.Declined(reference=OURS.hex, code=status, final=True)
        assert self.asked(refused, session_status="expired") == over
        assert status in self.provider.codes

    @pytest.mark.parametrize("status", ["expired", "failed"])
    def test_a_session_in_which_nothing_happened_ends_by_itself(self, status: str) -> None:
        assert self.asked(None) == deposit.ActionNeeded(reference=OURS.hex)
        assert self.asked(None, session_status=status).code == status
        assert self.asked(None, session_status="successful") == deposit.Underway(reference=OURS.hex)

    @pytest.mark.parametrize("status", ["chargeback", "reversed"])
    def test_money_that_went_back_is_taken_back(self, status: str) -> None:
        said = self.asked(self.transaction(transaction_status=status))
        assert said == deposit.TakenBack(
            reference="756850",
            movement=f"756850:{status}",
            amount_minor=50_00,
            currency="EUR",
            code=status,
            charged_back=status == "chargeback",
        )
        assert status in self.provider.codes

    @pytest.mark.parametrize("kind", ["payout", "refund", "teleport", None])
    def test_a_transaction_of_another_kind_brings_no_money(self, kind: Any) -> None:
        assert self.asked(self.transaction(transaction_type=kind)) == deposit.Underway(reference=OURS.hex)

    def test_an_order_that_is_not_ours_is_not_believed(self) -> None:
        assert self.asked(self.transaction(), order_id="7") == deposit.Unanswered()

    # --- amounts and details

    @pytest.mark.parametrize(
        ("currency", "minor", "sent"), [("EUR", 12_34, 1234), ("JPY", 500, 500), ("ISK", 500, 50_000)]
    )
    def test_amounts_are_written_as_its_list_of_currencies_says(self, currency: str, minor: int, sent: int) -> None:
        call = self.build(amount_minor=minor, currency=currency)
        assert call.timed is not None
        assert json.loads(call.timed(NOW).body)["amount"] == sent

    @pytest.mark.parametrize("currency", ["KWD", "TND", "BTC", "XXX"])
    def test_a_currency_without_an_exact_form_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(1_000, currency)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("email", "x"), ("country", "Malta"), ("dob", "1990-01-01"), ("locale", "en"), ("iban", "x"), ("city", "")],
    )
    def test_a_detail_that_is_none_is_refused(self, name: str, value: str) -> None:
        self.flow.check_details({"email": "s@c.example", "country": "MT", "dob": "01/31/1990", "city": "Sliema"})
        self.flow.check_details({})
        with pytest.raises(Invalid) as refused:
            self.flow.check_details({name: value})
        assert refused.value.field == f"details.{name}"

    # --- notifications

    def said(self, transaction: dict[str, Any] | None, **fields: Any) -> Any:
        return self.read(self.signed(self.told(transaction, **fields))).said

    @pytest.mark.parametrize(
        ("status", "told"),
        [
            ("pending", None),
            ("approved", Told.DONE),
            ("rejected", None),
            ("chargeback", Told.UNDONE),
            ("reversed", Told.UNDONE),
        ],
    )
    def test_whatever_happens_to_a_payment_makes_us_ask(self, status: str, told: Told | None) -> None:
        assert self.said(self.transaction(transaction_status=status)) == LookAtDeposit(deposit_id=OURS, told=told)

    def test_a_session_that_is_over_makes_us_ask(self) -> None:
        assert self.said(None, session_status="expired") == LookAtDeposit(deposit_id=OURS)

    def test_money_nobody_here_moved_is_for_a_person(self) -> None:
        assert self.said(self.transaction(transaction_type="refund")) == Unclear("event_not_handled")

    def test_a_state_that_was_changed_on_the_way_brings_no_money(self) -> None:
        raw, headers = self.signed(self.told(self.transaction(transaction_status="pending")))
        said = self.read((raw.replace(b'"pending"', b'"approved"'), headers)).said
        assert isinstance(said, LookAtDeposit), "states are not signed; the order is asked for"
        assert whose(said) == OURS

    @pytest.mark.parametrize("rate", ["1.080000", 1.08, 1, None])
    def test_numbers_count_as_they_are_written(self, rate: Any) -> None:
        assert whose(self.said(self.transaction(conversion_rate=rate))) == OURS

    @pytest.mark.parametrize(
        ("name", "value"), [("merchant_id", "API-Other"), ("application_key", "other.example"), ("timestamp", None)]
    )
    def test_another_merchants_notification_is_not_genuine(self, name: str, value: Any) -> None:
        with pytest.raises(NotGenuine):
            self.read(self.signed(self.told(self.transaction(), **{name: value})))

    @pytest.mark.parametrize(
        ("seconds", "genuine"), [(240, True), (360, False), (-86_000, True), (-90_000, False), (10**9, False)]
    )
    def test_a_notification_counts_for_a_day(self, seconds: int, genuine: bool) -> None:
        wire = self.signed(self.told(self.transaction(), timestamp=AT + seconds))
        if genuine:
            assert self.read(wire).said_at <= NOW
        else:
            with pytest.raises(NotGenuine):
                self.read(wire)

    def test_a_repeat_is_known_and_another_state_is_news(self) -> None:
        first, again = self.read(self.genuine()), self.read(self.genuine())
        other = self.read(self.signed(self.told(self.transaction(transaction_status="chargeback"))))
        assert first.id == again.id != other.id

    @pytest.mark.parametrize(("accepted", "status"), [(True, 0), (False, 1)])
    def test_our_answer_is_signed(self, accepted: bool, status: int) -> None:
        reply = self.provider.answer_notification(self.account, self.read(self.genuine()), accepted=accepted)
        told = json.loads(reply.body)
        assert (told["status"], told["timestamp"], told["version"]) == (status, AT, "1.3")
        assert reply.headers == {"GT-Authentication": sha384(status, AT)}

    @pytest.mark.parametrize("transaction", ["approved", None], ids=["read", "unreadable"])
    def test_our_answer_is_signed_with_the_secret_that_signed_what_it_answers(self, transaction: str | None) -> None:
        old = "merchant-secret-0"
        both = replace(self.account, secrets={"merchant_secret": SECRET, "previous_merchant_secret": old})
        told = self.told(self.transaction(transaction_status=transaction), session_status=None)
        for secret in (SECRET, old):
            raw, headers = self.signed(told, secret)
            read = self.provider.read_notification(both, raw, headers, NOW)
            reply = self.provider.answer_notification(both, read, accepted=True)
            assert reply.headers == {"GT-Authentication": sha384(0, AT, secret=secret)}

    def test_nothing_of_the_payer_is_among_the_facts(self) -> None:
        assert "s@c.example" not in str(self.read(self.genuine()).facts)
