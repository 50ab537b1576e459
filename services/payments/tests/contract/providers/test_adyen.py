"""Adyen keeps the suite, and its own protocol."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from Adyen.util import is_valid_hmac_notification
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from chassis.partners import PartnerHosts
from payments.application.ports import AboutDeposit, DepositIntent, HttpAnswer, NotGenuine, Nothing, NotThere, Unclear
from payments.domain.deposit import words as deposit
from payments.strategies.providers.adyen.codes import refusal
from payments.strategies.providers.adyen.links import AdyenDeposits
from payments.strategies.providers.adyen.signature import sign

from .refund_suite import REFUND, TellsRefunds, answered
from .suite import NOW, OURS, PLAYER, QUICK, TellsAmounts, Wire

KEY, OTHER_KEY = "4D" * 32, "77" * 32
LINKS = "https://checkout-test.adyen.com/v71/paymentLinks"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
UNSIGNED = ("cardSummary", "issuerBin", "expiryDate", "cardHolderName", "alias", "iban", "ownerName", "paypalPayerId")
ACTIVE = {"type": "redirect", "url": "https://test.adyen.link/PL1"}


class TestAdyen(TellsAmounts, TellsRefunds):
    """Deposits."""

    name = "adyen"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://checkout-test.adyen.com",
        "merchant_account": "CasinoCOM",
    }
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "AQE_test", "hmac_key": KEY}
    signed_with: ClassVar[Sequence[str]] = ("hmac_key", "previous_hmac_key")
    other_reference: ClassVar[Mapping[str, Any]] = {"merchantReference": "order 7"}
    unsigned_parts = "all but eight fields of the item"

    @property
    def flow(self) -> AdyenDeposits:
        flow = self.provider.deposits
        assert isinstance(flow, AdyenDeposits)
        return flow

    @staticmethod
    def item(**fields: Any) -> dict[str, Any]:
        return {
            "pspReference": "QFQTPCQ8HXSKGK82", "merchantAccountCode": "CasinoCOM", "merchantReference": OURS.hex,
            "amount": {"value": 50_00, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true",
            "eventDate": "2026-03-01T12:30:00+01:00", "paymentMethod": "visa", "reason": "076181:1111:03/2030",
            **fields,
        }  # fmt: skip

    def signed(self, item: Mapping[str, Any], key: str = KEY) -> Wire:
        more = {**item.get("additionalData", {}), "hmacSignature": sign(key, item)}
        return self.sent({**item, "additionalData": more})

    def sent(self, *items: Mapping[str, Any]) -> Wire:
        body = {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}
        return json.dumps(body).encode(), {"content-type": "application/json"}

    def told(self, kind: str, success: str = "true", **fields: Any) -> Any:
        return self.read(self.signed(self.item(eventCode=kind, success=success, **fields))).said

    def genuine(self, **extra: Any) -> Wire:
        return self.signed(self.item(**extra))

    taken = answered(201, {"status": "received", "pspReference": "ref_1", "paymentPspReference": "pay_1"})
    refused = answered(422, {"errorCode": "167", "message": "Original pspReference required for this operation"})

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        kind = "REFUND" if success else "REFUND_FAILED"
        names = {"pspReference": reference, "originalReference": "pay_1", "merchantReference": str(ours)}
        return self.genuine(eventCode=kind, **names)

    def of_unknown_kind(self) -> Wire:
        return self.genuine(eventCode="TELEPORTATION")

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.genuine(amount={"value": amount, "currency": currency})

    def unsigned(self) -> Wire:
        return self.sent(self.item())

    def badly_signed(self) -> Wire:
        return self.signed(self.item(), key=OTHER_KEY)

    def build(self, amount_minor: int = 50_00, currency: str = "EUR", **more: Any) -> Any:
        intent = DepositIntent(
            deposit_id=OURS,
            player_id=PLAYER,
            amount_minor=amount_minor,
            currency=currency,
            return_url="https://c.example/back",
            **more,
        )
        return self.flow.build_call(self.account, intent)

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    @staticmethod
    def link(**fields: Any) -> HttpAnswer:
        link = {
            "id": "PL1", "status": "active", "url": "https://test.adyen.link/PL1", "reference": OURS.hex,
            "amount": {"value": 50_00, "currency": "EUR"}, "reusable": False, **fields,
        }  # fmt: skip
        return HttpAnswer(200, json.dumps(link).encode())

    @given(st.dictionaries(st.sampled_from(UNSIGNED), ANYTHING))
    @QUICK
    def test_what_is_unsigned_never_changes_what_was_paid(self, more: dict[str, Any]) -> None:
        said = self.told("AUTHORISATION", additionalData=more)
        assert (said.deposit_id, said.word.amount_minor, said.word.currency) == (OURS, 50_00, "EUR")

    # --- the account

    @pytest.mark.parametrize("name", ["hmac_key", "previous_hmac_key"])
    def test_a_key_that_is_none_is_refused(self, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.provider.check_account(self.settings, {**self.secrets, name: "not hexadecimal"})
        assert refused.value.field == f"secrets.{name}"

    @pytest.mark.parametrize(
        ("base_url", "allowed", "known"),
        [
            ("https://checkout-test.adyen.com", True, True),
            ("https://a1b2-Casino-checkout-live.adyenpayments.com/checkout", True, True),
            ("https://a1b2-Casino-checkout-live.adyenpayments.com", False, True),
            ("https://a1b2-Casino-checkout-live.adyenpayments.com.evil.example/checkout", True, False),
            ("https://checkout-live.adyenpayments.com/checkout", True, False),
        ],
    )
    def test_a_live_account_is_reached_at_its_own_server(self, base_url: str, allowed: bool, known: bool) -> None:
        assert PartnerHosts().allow(base_url, self.provider.hosts) is known
        if allowed:
            self.provider.check_account({**self.settings, "base_url": base_url}, self.secrets)
            return
        with pytest.raises(Invalid) as refused:
            self.provider.check_account({**self.settings, "base_url": base_url}, self.secrets)
        assert refused.value.field == "settings.base_url"

    # --- the link

    def test_the_call_carries_our_id_as_reference_and_as_idempotency_key(self) -> None:
        call = self.build()
        body = json.loads(call.body)
        assert (call.method, call.url, call.key) == ("POST", LINKS, OURS.hex)
        assert (call.headers["Idempotency-Key"], call.headers["X-API-Key"]) == (OURS.hex, "AQE_test")
        assert body == {
            "merchantAccount": "CasinoCOM", "reference": OURS.hex, "amount": {"value": 50_00, "currency": "EUR"},
            "shopperReference": str(PLAYER), "reusable": False, "manualCapture": False, "captureDelayHours": 0,
            "returnUrl": "https://c.example/back",
        }  # fmt: skip

    def test_what_it_may_know_of_the_player_is_passed_on(self) -> None:
        details = {"country": "MT", "locale": "en-GB", "email": "p@player.example"}
        self.flow.check_details(details)
        body = json.loads(self.build(details=details).body)
        assert (body["countryCode"], body["shopperLocale"]) == ("MT", "en-GB")
        assert body["shopperEmail"] == "p@player.example"

    @pytest.mark.parametrize(
        ("name", "value"),
        [("country", "Malta"), ("country", "mt"), ("locale", "english"), ("email", "p"), ("email", ""), ("card", "4")],
    )
    def test_a_detail_that_is_none_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.flow.check_details({name: value})
        assert refused.value.field == f"details.{name}"

    @pytest.mark.parametrize(
        ("minor", "currency", "wire"),
        [(500, "JPY", 500), (50_00, "EUR", 50_00), (5_123, "KWD", 5_123), (5, "ISK", 500), (7, "CLP", 700)],
    )
    def test_amounts_are_written_and_read_in_adyens_units(self, minor: int, currency: str, wire: int) -> None:
        assert json.loads(self.build(minor, currency).body)["amount"] == {"value": wire, "currency": currency}
        word = self.read(self.with_amount(wire, currency)).said.word
        assert (word.amount_minor, word.currency) == (minor, currency)

    def test_a_part_of_a_krona_cannot_be_read(self) -> None:
        assert self.read(self.with_amount(501, "ISK")).said == Unclear("amount_unreadable")

    @pytest.mark.parametrize("currency", ["BTC", "XXX"])
    def test_a_currency_adyen_does_not_know_is_refused_before_the_call(self, currency: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.flow.check_amount(1, currency)
        assert refused.value.field == "currency"

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            ("active", deposit.ActionNeeded(reference="PL1", next_action=json.dumps(ACTIVE))),
            ("paymentPending", deposit.Underway(reference="PL1")),
            ("completed", deposit.Underway(reference="PL1")),
            ("expired", deposit.Declined(reference="PL1", code="expired", final=True)),
            ("brandNew", deposit.Underway(reference="PL1")),
            (None, deposit.Underway(reference="PL1")),
        ],
    )
    def test_a_link_says_where_it_stands_and_never_that_money_came(self, status: Any, word: Any) -> None:
        answer = self.link(status=status)
        assert self.parse(HttpAnswer(201, answer.body)) == word
        assert self.parse(answer) == word
        assert self.flow.parse_question(answer) == word
        assert self.flow.parse_cancel(answer) == word

    def test_a_link_without_an_id_says_nothing(self) -> None:
        assert self.parse(self.link(id=None)) == deposit.Unanswered()

    @pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", 7])
    def test_a_page_that_is_none_is_not_shown(self, url: Any) -> None:
        assert self.parse(self.link(url=url)) == deposit.ActionNeeded(reference="PL1", next_action=None)

    @pytest.mark.parametrize(
        ("status", "error", "word"),
        [
            (422, "137", deposit.Declined(reference=None, code="error_137", final=True)),
            (400, "702", deposit.Declined(reference=None, code="error_702", final=True)),
            (401, "000", deposit.Declined(reference=None, code="error_000")),
            (403, "901", deposit.Declined(reference=None, code="error_901")),
            (422, "704", deposit.Unanswered()),
            (422, None, deposit.Unanswered()),
            (404, "000", deposit.Unanswered()),
            (409, "000", deposit.Unanswered()),
            (429, "000", deposit.Unanswered()),
            (500, "905", deposit.Unanswered()),
        ],
    )
    def test_only_an_error_after_which_there_is_no_link_declines(self, status: int, error: Any, word: Any) -> None:
        body = {"status": status, "errorCode": error, "message": "no", "errorType": "validation"}
        assert self.parse(HttpAnswer(status, json.dumps(body).encode())) == word

    def test_the_question_goes_by_the_links_id_and_without_one_there_is_none(self) -> None:
        call = self.flow.build_question(self.account, OURS, "PL1/../x")
        assert not isinstance(call, NotThere)
        assert (call.method, call.url, call.key) == ("GET", f"{LINKS}/PL1%2F..%2Fx", None)
        assert self.flow.build_question(self.account, OURS, None) == NotThere()

    @pytest.mark.parametrize("answer", [None, HttpAnswer(500, b"{}"), HttpAnswer(401, b"{}"), HttpAnswer(200, b"<x>")])
    def test_no_believable_answer_to_a_question_or_a_cancel_leaves_it_open(self, answer: HttpAnswer | None) -> None:
        assert self.flow.parse_question(answer) == deposit.Unanswered()
        assert self.flow.parse_cancel(answer) == deposit.Unanswered()

    def test_a_link_that_is_not_found_is_not_a_failure(self) -> None:
        assert self.flow.parse_question(HttpAnswer(404, b"")) == NotThere()
        assert self.flow.parse_cancel(HttpAnswer(404, b"{}")) == deposit.Unanswered()

    def test_a_cancel_expires_the_link(self) -> None:
        call = self.flow.build_cancel(self.account, OURS, "PL1/../x", 2)
        assert (call.method, call.url) == ("PATCH", f"{LINKS}/PL1%2F..%2Fx")
        assert json.loads(call.body) == {"status": "expired"}
        assert call.key == f"{OURS}-cancel-2"

    def test_a_link_that_cannot_be_expired_any_more_is_asked_about(self) -> None:
        refused = json.dumps({"status": 422, "errorCode": "000", "errorType": "validation"}).encode()
        assert self.flow.parse_cancel(HttpAnswer(422, refused)) == deposit.Unanswered()

    # --- webhooks

    def test_the_official_sdk_believes_what_the_tests_send(self) -> None:
        assert is_valid_hmac_notification(json.loads(self.genuine()[0]), KEY)
        assert not is_valid_hmac_notification(json.loads(self.badly_signed()[0]), KEY)

    def test_a_payment_is_credited_by_its_own_name(self) -> None:
        read = self.read(self.genuine())
        paid = deposit.Settled(reference="QFQTPCQ8HXSKGK82", amount_minor=50_00, currency="EUR", names_payment=True)
        assert read.said == AboutDeposit(deposit_id=OURS, word=paid)
        assert read.id == "QFQTPCQ8HXSKGK82:AUTHORISATION:true"
        assert read.said_at == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)

    def test_the_key_before_the_last_is_believed_while_it_is_named(self) -> None:
        wire = self.badly_signed()
        renewed = {**self.secrets, "previous_hmac_key": OTHER_KEY}
        self.provider.check_account(self.settings, renewed)
        account = replace(self.account, secrets=renewed)
        assert isinstance(self.provider.read_notification(account, wire[0], {}, NOW).said, AboutDeposit)

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("Not enough balance", "not_enough_balance"),
            ("NOT_ENOUGH_BALANCE", "not_enough_balance"),
            ("3D Not Authenticated", "3d_not_authenticated"),
            ("076181:1111:03/2030", "refused"),
            (None, "refused"),
        ],
    )
    def test_a_refused_attempt_says_why_and_leaves_the_link_open(self, reason: Any, code: str) -> None:
        said = self.told("AUTHORISATION", "false", reason=reason)
        assert said == AboutDeposit(deposit_id=OURS, word=deposit.Declined(reference=None, code=code))
        assert refusal(reason) in self.provider.codes

    def test_an_offer_nobody_took_is_declined(self) -> None:
        expected = deposit.Declined(reference=None, code="offer_closed")
        assert self.told("OFFER_CLOSED") == AboutDeposit(deposit_id=OURS, word=expected)
        assert self.told("OFFER_CLOSED", "false") == Nothing()

    @pytest.mark.parametrize(
        ("kind", "success"),
        [("CAPTURE_FAILED", "true"), ("CAPTURE", "false"), ("CANCELLATION", "true"), ("EXPIRE", "true"),
         ("TECHNICAL_CANCEL", "true")],
    )  # fmt: skip
    def test_credited_money_that_will_not_come_is_taken_back(self, kind: str, success: str) -> None:
        code = "capture_failed" if kind.startswith("CAPTURE") else kind.lower()
        gone = deposit.TakenBack(
            reference="PAYMENT000000001", movement="QFQTPCQ8HXSKGK82", amount_minor=50_00, currency="EUR", code=code
        )
        said = self.told(kind, success, originalReference="PAYMENT000000001")
        assert said == AboutDeposit(deposit_id=OURS, word=gone)

    def test_a_capture_says_that_its_payment_is_collected(self) -> None:
        said = self.told("CAPTURE", originalReference="PSP1")
        known: Any = {"reference": "PSP1", "movement": "QFQTPCQ8HXSKGK82", "amount_minor": 50_00, "currency": "EUR"}
        assert said == AboutDeposit(deposit_id=OURS, word=deposit.Settled(**known, names_payment=True))
        assert self.told("CAPTURE") == Unclear("amount_unreadable")

    @pytest.mark.parametrize("fields", [{}, {"amount": {"value": 0, "currency": "EUR"}, "originalReference": "PSP1"}])
    def test_money_that_will_not_come_and_nobody_can_say_of_what_is_for_a_person_to_see(self, fields: Any) -> None:
        assert self.told("CAPTURE_FAILED", **fields) == Unclear("declined_after_success")

    @pytest.mark.parametrize(
        ("kind", "success"),
        [("CANCELLATION", "false"), ("EXPIRE", "false"), ("TECHNICAL_CANCEL", "false"), ("PENDING", "true"),
         ("RECURRING_CONTRACT", "true"), ("REPORT_AVAILABLE", "true")],
    )  # fmt: skip
    def test_what_changes_nothing_has_no_consequence(self, kind: str, success: str) -> None:
        assert self.told(kind, success) == Nothing()

    @pytest.mark.parametrize(
        "kind",
        [
            "REFUND_WITH_DATA", "CANCEL_OR_REFUND",
            "PAYOUT_THIRDPARTY", "PAIDOUT_REVERSED", "MANUAL_REVIEW_REJECT", "ORDER_CLOSED",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("success", ["true", "false"])
    def test_money_nobody_here_moved_is_for_a_person_to_see(self, kind: str, success: str) -> None:
        assert self.told(kind, success) == Unclear("event_not_handled")

    def test_a_payment_of_another_merchant_account_is_not_ours(self) -> None:
        assert self.told("AUTHORISATION", merchantAccountCode="OtherCOM") == Unclear("unknown_reference")

    @pytest.mark.parametrize("name", ["merchantReference", "originalReference", "pspReference"])
    def test_a_signature_that_fits_other_fields_as_well_moves_no_money(self, name: str) -> None:
        assert self.told("AUTHORISATION", **{name: f"{OURS}:9"}) == Unclear("reference_unreadable")

    @pytest.mark.parametrize(
        "fields",
        [{"success": True}, {"success": "yes"}, {"success": None}, {"eventCode": ""}, {"pspReference": None},
         {"eventCode": ["AUTHORISATION"]}],
    )  # fmt: skip
    def test_a_signed_body_that_is_no_event_is_for_a_person_to_see(self, fields: dict[str, Any]) -> None:
        assert self.read(self.genuine(**fields)).said == Unclear("body_unreadable")

    @QUICK
    @given(name=st.sampled_from(sorted(item())), value=ANYTHING)
    def test_whatever_adyen_signs_is_read_or_not_believed(self, name: str, value: Any) -> None:
        try:
            read = self.read(self.signed({"additionalData": {}, **self.item(), name: value}))
        except NotGenuine:
            return
        assert read.id.isprintable()
        if isinstance(read.said, AboutDeposit) and isinstance(read.said.word, deposit.Settled):
            assert (read.said.word.amount_minor, read.said.word.currency) == (50_00, "EUR")

    def test_several_signed_events_in_one_body_are_for_a_person_to_see(self) -> None:
        item = self.item(additionalData={"hmacSignature": sign(KEY, self.item())})
        assert self.read(self.sent(item, item)).said == Unclear("body_unreadable")
        for items in ([], [item, self.item()], [item] * 11):
            with pytest.raises(NotGenuine):
                self.read(self.sent(*items))

    @pytest.mark.parametrize("date", [None, "", "yesterday", "2026-03-01T12:00:00", "2031-01-01T00:00:00+00:00", 7])
    def test_an_event_without_a_readable_moment_or_of_the_future_is_of_now(self, date: Any) -> None:
        assert self.read(self.genuine(eventDate=date)).said_at == NOW

    def test_what_is_not_signed_is_not_among_the_facts(self) -> None:
        facts = self.read(self.genuine(additionalData={"cardSummary": "1111", "shopperEmail": "p@x"})).facts
        assert facts == {
            "reference": "QFQTPCQ8HXSKGK82", "original_reference": None, "our_reference": str(OURS), "success": "true",
            "amount": 50_00, "currency": "EUR",
        }  # fmt: skip

    def test_the_answer_is_the_word_adyen_waits_for(self) -> None:
        read = self.read(self.genuine())
        for accepted in (True, False):
            reply = self.provider.answer_notification(self.account, read, accepted=accepted)
            assert (reply.body, reply.media_type) == (b"[accepted]", "text/plain")
