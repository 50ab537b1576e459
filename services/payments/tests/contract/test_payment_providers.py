"""What every payment provider strategy keeps, whatever its protocol: one suite, one subclass per provider."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.ports import (
    AboutDeposit,
    AboutPayout,
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    MayTake,
    NotGenuine,
    Nothing,
    NotThere,
    PaymentProvider,
    PayoutFlow,
    PayoutOrder,
    ProviderAccount,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.registry import PROVIDERS
from payments.strategies.providers.stripe.signature import sign as stripe_sign
from payments.strategies.providers.trustly.signature import Signed
from payments.strategies.providers.trustly.signature import sign as trustly_sign
from payments.strategies.providers.trustly.signature import verify as trustly_verify

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = UUID("018f3a5e-7c1d-7000-8000-000000000001")
REQUEST_ID = UUID("018f3a5e-7c1d-7000-8000-000000000002")
PLAYER = UUID("018f3a5e-7c1d-7000-8000-000000000003")

Wire = tuple[bytes, dict[str, str]]
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])


def pem_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(65_537, 2_048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


OUR_PRIVATE, OUR_PUBLIC = pem_pair()
THEIR_PRIVATE, THEIR_PUBLIC = pem_pair()


class ProviderContract:
    """Subclasses say how the provider writes; the tests say what we must make of it."""

    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]

    @property
    def provider(self) -> PaymentProvider:
        return PROVIDERS[self.name]

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

    def genuine(self, **extra: Any) -> Wire:
        """A notification that brings money to an end, properly signed, with `extra` fields added to its data."""
        raise NotImplementedError

    def of_unknown_kind(self) -> Wire:
        """A properly signed notification of a kind that does not exist yet."""
        raise NotImplementedError

    def with_amount(self, amount: Any, currency: str) -> Wire:
        """The genuine notification with another amount, as the protocol writes it."""
        raise NotImplementedError

    def unsigned(self) -> Wire:
        """The genuine notification without its signature."""
        raise NotImplementedError

    def tampered(self) -> Wire:
        """The genuine notification with another amount under the old signature."""
        raw, headers = self.genuine()
        return raw.replace(b"50", b"51"), headers

    def badly_signed(self) -> Wire:
        """The genuine notification signed by somebody else."""
        raise NotImplementedError

    def read(self, wire: Wire) -> Any:
        return self.provider.read_notification(self.account, wire[0], wire[1], NOW)

    def test_its_account_is_accepted(self) -> None:
        self.provider.check_account(self.settings, self.secrets)

    def test_an_account_without_one_of_its_secrets_is_refused(self) -> None:
        for name in self.secrets:
            without = {key: value for key, value in self.secrets.items() if key != name}
            with pytest.raises(Invalid) as refusal:
                self.provider.check_account(self.settings, without)
            assert refusal.value.field == f"secrets.{name}"

    @pytest.mark.parametrize(
        "url", ["", "ftp://x", "https://", "http://u:p@h", "https://h?x=1", "h", "https://h:99999", 7]
    )
    def test_an_account_whose_server_has_no_usable_address_is_refused(self, url: Any) -> None:
        with pytest.raises(Invalid) as refusal:
            self.provider.check_account({**self.settings, "base_url": url}, self.secrets)
        assert refusal.value.field == "settings.base_url"

    def test_a_setting_nobody_reads_is_refused(self) -> None:
        with pytest.raises(Invalid):
            self.provider.check_account({**self.settings, "base_ulr": "x"}, self.secrets)

    def test_secrets_are_not_shown(self) -> None:
        shown = repr(self.account)
        assert not any(secret in shown for secret in self.secrets.values())

    def test_a_genuine_notification_brings_our_reference_and_the_amount(self) -> None:
        said = self.read(self.genuine()).said
        assert isinstance(said, AboutDeposit | AboutPayout)
        ours = said.deposit_id if isinstance(said, AboutDeposit) else said.withdrawal_id
        assert ours == OURS
        assert isinstance(said.word, deposit.Settled | payout.Confirmed)
        assert (said.word.amount_minor, said.word.currency) == (50_00, "EUR")

    def test_unsigned_tampered_and_forged_notifications_are_not_genuine(self) -> None:
        for wire in (self.unsigned(), self.tampered(), self.badly_signed()):
            with pytest.raises(NotGenuine):
                self.read(wire)

    @QUICK
    @given(raw=st.binary(max_size=300), header=st.text(max_size=80))
    def test_nothing_else_is_a_notification(self, raw: bytes, header: str) -> None:
        with pytest.raises(NotGenuine):
            self.read((raw, {"stripe-signature": header}))

    def test_fields_we_do_not_know_change_nothing(self) -> None:
        with_more = self.read(self.genuine(brand_new={"deep": [None, True, "x"]}))
        assert with_more.said == self.read(self.genuine()).said

    def test_a_kind_we_do_not_know_is_for_a_person_to_see(self) -> None:
        assert isinstance(self.read(self.of_unknown_kind()).said, Unclear)

    def test_an_amount_that_cannot_be_read_is_no_success(self) -> None:
        for amount in (None, "", "x", 0, -5, "1.001", "NaN", True, 10**17):
            assert isinstance(self.read(self.with_amount(amount, "EUR")).said, Unclear), amount

    def test_a_notification_about_no_reference_of_ours_names_none(self) -> None:
        said = self.read(self.genuine(**self.other_reference)).said
        assert isinstance(said, AboutDeposit | AboutPayout)
        assert (said.deposit_id if isinstance(said, AboutDeposit) else said.withdrawal_id) is None

    other_reference: Mapping[str, Any]

    def test_the_same_facts_always_build_the_same_bytes(self) -> None:
        assert self.build() == self.build()

    def build(self) -> Any:
        raise NotImplementedError

    def parse(self, answer: HttpAnswer | None) -> Any:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "answer",
        [None, HttpAnswer(500, b"{}"), HttpAnswer(503, b"<html>"), HttpAnswer(200, b""), HttpAnswer(200, b"[]"),
         HttpAnswer(200, b"{}"), HttpAnswer(429, b"{}"), HttpAnswer(302, b""), HttpAnswer(200, b"[" * 100_000)],
    )  # fmt: skip
    def test_no_believable_answer_is_an_unknown_outcome(self, answer: HttpAnswer | None) -> None:
        assert isinstance(self.parse(answer), deposit.Unanswered | payout.Unanswered)

    @QUICK
    @given(status=st.integers(100, 599), body=st.binary(max_size=200))
    def test_no_rubbish_is_ever_a_success(self, status: int, body: bytes) -> None:
        said = self.parse(HttpAnswer(status, body))
        assert not isinstance(said, deposit.Settled | payout.Taken | payout.Confirmed)


class TestStripe(ProviderContract):
    """Deposits."""

    name = "stripe"
    settings: ClassVar = {"base_url": "https://api.stripe.com"}
    secrets: ClassVar = {"api_key": "sk_test_1", "webhook_secret": "whsec_1"}
    other_reference: ClassVar = {"metadata": {"order_id": "7"}}

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    @staticmethod
    def intent(**fields: Any) -> dict[str, Any]:
        return {
            "id": "pi_1", "object": "payment_intent", "amount": 50_00, "amount_received": 50_00, "currency": "eur",
            "status": "succeeded", "metadata": {"order_id": str(OURS)}, "client_secret": "pi_1_secret_x", **fields,
        }  # fmt: skip

    def signed(self, event: Mapping[str, Any], secret: str = "whsec_1", at: int = int(NOW.timestamp())) -> Wire:
        raw = json.dumps(event).encode()
        return raw, {"stripe-signature": f"t={at},v1={stripe_sign(secret, at, raw)}"}

    def event(self, kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": "evt_1", "type": kind, "created": 1_772_000_000, "data": {"object": thing}}

    def genuine(self, **extra: Any) -> Wire:
        return self.signed(self.event("payment_intent.succeeded", self.intent(**extra)))

    def of_unknown_kind(self) -> Wire:
        return self.signed(self.event("payment_intent.teleported", self.intent()))

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.genuine(amount_received=amount, currency=currency.lower())

    def unsigned(self) -> Wire:
        return self.genuine()[0], {}

    def badly_signed(self) -> Wire:
        return self.signed(self.event("payment_intent.succeeded", self.intent()), secret="whsec_2")

    def build(self, amount_minor: int = 50_00, currency: str = "EUR") -> Any:
        intent = DepositIntent(
            deposit_id=OURS,
            player_id=PLAYER,
            amount_minor=amount_minor,
            currency=currency,
            return_url="https://c.example",
        )
        return self.flow.build_call(self.account, intent)

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    def test_a_replayed_webhook_is_not_genuine(self) -> None:
        with pytest.raises(NotGenuine):
            self.read(self.signed(self.event("payment_intent.succeeded", self.intent()), at=int(NOW.timestamp()) - 301))

    def test_the_call_carries_our_id_as_reference_and_as_idempotency_key(self) -> None:
        call = self.build()
        form = parse_qs(call.body.decode())
        assert (call.method, call.url) == ("POST", "https://api.stripe.com/v1/payment_intents")
        assert call.headers["Idempotency-Key"] == str(OURS)
        assert form["metadata[order_id]"] == [str(OURS)]
        assert (form["amount"], form["currency"]) == (["5000"], ["eur"])

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "wire"),
        [(500, "JPY", "500"), (50_00, "EUR", "5000"), (5_120, "KWD", "5120"), (5, "ISK", "500")],
    )
    def test_amounts_are_written_in_stripes_units(self, amount_minor: int, currency: str, wire: str) -> None:
        assert parse_qs(self.build(amount_minor, currency).body.decode())["amount"] == [wire]

    @pytest.mark.parametrize(
        ("amount", "currency", "minor"), [(500, "JPY", 500), (5120, "KWD", 5_120), (500, "ISK", 5)]
    )
    def test_amounts_are_read_in_stripes_units(self, amount: int, currency: str, minor: int) -> None:
        word = self.read(self.with_amount(amount, currency)).said.word
        assert (word.amount_minor, word.currency) == (minor, currency)

    @pytest.mark.parametrize(("amount_minor", "currency"), [(5_123, "KWD"), (1, "BTC"), (1, "XXX")])
    def test_what_stripe_cannot_express_is_refused_before_the_call(self, amount_minor: int, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(amount_minor, currency)

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            ("succeeded", deposit.Settled), ("processing", deposit.Underway), ("requires_capture", deposit.Underway),
            ("requires_action", deposit.ActionNeeded), ("requires_confirmation", deposit.ActionNeeded),
            ("requires_payment_method", deposit.ActionNeeded), ("canceled", deposit.Declined),
            ("brand_new_status", deposit.Underway), (None, deposit.Underway),
        ],
    )  # fmt: skip
    def test_every_status_is_mapped_and_an_unknown_one_is_pending(self, status: Any, word: type[Any]) -> None:
        body = json.dumps(self.intent(status=status)).encode()
        assert isinstance(self.parse(HttpAnswer(200, body)), word)
        assert isinstance(self.flow.parse_question(HttpAnswer(200, body)), word)

    def test_an_intent_that_failed_waits_for_another_payment_method_and_is_declined(self) -> None:
        failed = self.intent(status="requires_payment_method", last_payment_error={"decline_code": "lost_card"})
        word = self.parse(HttpAnswer(200, json.dumps(failed).encode()))
        assert word == deposit.Declined(reference="pi_1", code="lost_card")

    def test_a_success_without_a_readable_amount_is_pending(self) -> None:
        body = json.dumps(self.intent(amount_received=None)).encode()
        assert isinstance(self.parse(HttpAnswer(200, body)), deposit.Underway)

    @pytest.mark.parametrize(
        ("status", "error", "word"),
        [
            (402, {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}, deposit.Declined),
            (400, {"type": "invalid_request_error", "code": "parameter_missing"}, deposit.Declined),
            (401, {"type": "invalid_request_error"}, deposit.Declined),
            (400, {"type": "idempotency_error"}, deposit.Unanswered),
            (409, {"type": "invalid_request_error", "code": "idempotency_key_in_use"}, deposit.Unanswered),
            (429, {"type": "invalid_request_error"}, deposit.Unanswered),
            (500, {"type": "api_error"}, deposit.Unanswered),
        ],
    )
    def test_only_an_error_after_which_nothing_was_charged_declines(
        self, status: int, error: dict[str, str], word: type[Any]
    ) -> None:
        assert isinstance(self.parse(HttpAnswer(status, json.dumps({"error": error}).encode())), word)

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, {"type": "client_secret", "client_secret": "pi_1_secret_x"}),
            (
                {"next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example/3ds"}}},
                {"type": "redirect", "url": "https://bank.example/3ds"},
            ),
        ],
    )
    def test_the_player_is_told_what_to_do_next(self, fields: dict[str, Any], expected: dict[str, str]) -> None:
        word = self.parse(HttpAnswer(200, json.dumps(self.intent(status="requires_action", **fields)).encode()))
        assert json.loads(word.next_action) == expected

    def test_the_question_goes_by_the_providers_reference_or_by_ours(self) -> None:
        by_theirs = self.flow.build_question(self.account, OURS, "pi_1/../x")
        assert (by_theirs.method, by_theirs.url) == ("GET", "https://api.stripe.com/v1/payment_intents/pi_1%2F..%2Fx")
        by_ours = self.flow.build_question(self.account, OURS, None)
        assert "/v1/payment_intents/search?query=" in by_ours.url
        assert str(OURS) in by_ours.url

    def test_a_search_finds_the_intent_that_took_money_before_any_other(self) -> None:
        found = {"object": "search_result", "data": [self.intent(id="pi_0", status="canceled"), self.intent()]}
        assert isinstance(self.flow.parse_question(HttpAnswer(200, json.dumps(found).encode())), deposit.Settled)

    @pytest.mark.parametrize(
        ("answer", "word"),
        [
            (HttpAnswer(404, b""), NotThere),
            (HttpAnswer(200, b'{"object":"search_result","data":[]}'), NotThere),
            (HttpAnswer(200, b'{"object":"list"}'), deposit.Unanswered),
            (HttpAnswer(500, b"{}"), deposit.Unanswered),
            (None, deposit.Unanswered),
        ],
    )
    def test_what_is_not_found_is_not_a_failure(self, answer: HttpAnswer | None, word: type[Any]) -> None:
        assert isinstance(self.flow.parse_question(answer), word)

    @pytest.mark.parametrize(
        ("kind", "word"),
        [
            ("payment_intent.processing", deposit.Underway),
            ("payment_intent.requires_action", deposit.ActionNeeded),
            ("payment_intent.canceled", deposit.Declined),
            ("payment_intent.payment_failed", deposit.Declined),
        ],
    )
    def test_webhooks_are_mapped(self, kind: str, word: type[Any]) -> None:
        said = self.read(self.signed(self.event(kind, self.intent()))).said
        assert isinstance(said, AboutDeposit)
        assert isinstance(said.word, word)

    @pytest.mark.parametrize("kind", ["payment_intent.created", "charge.succeeded", "customer.updated"])
    def test_echoes_have_no_consequence(self, kind: str) -> None:
        assert self.read(self.signed(self.event(kind, self.intent()))).said == Nothing()

    @pytest.mark.parametrize("kind", ["charge.refunded", "charge.dispute.created", "refund.failed", "payout.paid"])
    def test_money_nobody_here_moved_is_for_a_person_to_see(self, kind: str) -> None:
        assert isinstance(self.read(self.signed(self.event(kind, self.intent()))).said, Unclear)


class TestTrustly(ProviderContract):
    """Payouts."""

    name = "trustly"
    settings: ClassVar = {"base_url": "https://api.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC}
    secrets: ClassVar = {"password": "hunter22", "private_key": OUR_PRIVATE}
    other_reference: ClassVar = {"messageid": "order 7"}

    @property
    def flow(self) -> PayoutFlow:
        flow = self.provider.payouts
        assert flow is not None
        return flow

    def order(self, **fields: Any) -> PayoutOrder:
        facts: dict[str, Any] = {
            "withdrawal_id": OURS, "request_id": REQUEST_ID, "player_id": PLAYER, "amount_minor": 50_00,
            "currency": "EUR", "destination": {"account_id": "1520389582"},
            "notification_url": "https://us.example/partner/trustly/x/notifications", **fields,
        }  # fmt: skip
        return PayoutOrder(**facts)

    def notification(self, method: str, key: str | None = THEIR_PRIVATE, **fields: Any) -> Wire:
        data = {
            "amount": "50.00", "currency": "EUR", "messageid": str(OURS), "orderid": "4711", "enduserid": str(PLAYER),
            "notificationid": "n1", "timestamp": "2026-03-01 11:59:00.5+00", **fields,
        }  # fmt: skip
        params: dict[str, Any] = {"uuid": "u1", "data": data}
        raw = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        if key is not None:
            received = json.loads(raw, parse_int=str, parse_float=str)["params"]["data"]
            params["signature"] = trustly_sign(key, "RS256", Signed(method, "u1", received))
            raw = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        return raw, {}

    def genuine(self, **extra: Any) -> Wire:
        return self.notification("payoutconfirmation", **extra)

    def of_unknown_kind(self) -> Wire:
        return self.notification("teleported")

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.genuine(amount=amount, currency=currency)

    def unsigned(self) -> Wire:
        return self.notification("payoutconfirmation", key=None)

    def tampered(self) -> Wire:
        raw, headers = self.genuine()
        return raw.replace(b"50.00", b"51.00"), headers

    def badly_signed(self) -> Wire:
        return self.notification("payoutconfirmation", key=OUR_PRIVATE)

    def build(self) -> Any:
        return self.flow.build_call(self.account, self.order())

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(self.account, self.order(), answer)

    def answered(self, data: Mapping[str, Any], *, key: str = THEIR_PRIVATE, error: bool = False, **over: Any) -> Any:
        part: dict[str, Any] = {"method": "AccountPayout", "uuid": str(REQUEST_ID), "data": data, **over}
        read = json.loads(json.dumps(data), parse_int=str)
        part["signature"] = trustly_sign(key, "RS256", Signed(part["method"], part["uuid"], read))
        message = {"version": "1.1", **({"error": {"error": part, "code": 1}} if error else {"result": part})}
        return self.parse(HttpAnswer(200, json.dumps(message).encode()))

    def test_the_order_is_signed_and_carries_our_ids(self) -> None:
        call = self.build()
        message = json.loads(call.body)
        data = message["params"]["Data"]
        assert (call.method, call.url, message["method"]) == ("POST", "https://api.trustly.com/api/1", "AccountPayout")
        assert message["params"]["UUID"] == str(REQUEST_ID)
        assert (data["MessageID"], data["Amount"], data["Currency"]) == (str(OURS), "50.00", "EUR")
        signed = Signed("AccountPayout", str(REQUEST_ID), data)
        assert trustly_verify(OUR_PUBLIC, "RS256", message["params"]["Signature"], signed)

    def test_an_account_trustly_does_not_know_is_registered_and_paid_in_one_call(self) -> None:
        bank = {"clearing_house": "SWEDEN", "account_number": "1865391", "first_name": "Åsa", "last_name": "Öst"}
        message = json.loads(self.flow.build_call(self.account, self.order(destination=bank)).body)
        assert message["method"] == "RegisterAccountPayout"
        assert message["params"]["Data"]["Firstname"] == "Åsa"

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "wire"), [(500, "ISK", "500"), (103_00, "EUR", "103.00"), (5, "SEK", "0.05")]
    )
    def test_amounts_are_written_in_major_units(self, amount_minor: int, currency: str, wire: str) -> None:
        order = self.order(amount_minor=amount_minor, currency=currency)
        assert json.loads(self.flow.build_call(self.account, order).body)["params"]["Data"]["Amount"] == wire

    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [("500", "ISK", 500), ("49.9", "SEK", 4_990), ("11", "EUR", 1_100), ("1.234", "KWD", 1_234)],
    )
    def test_amounts_are_read_in_major_units(self, amount: str, currency: str, minor: int) -> None:
        word = self.read(self.with_amount(amount, currency)).said.word
        assert (word.amount_minor, word.currency) == (minor, currency)

    @pytest.mark.parametrize("currency", ["JPY", "KWD", "BTC", "XXX"])
    def test_a_currency_it_does_not_pay_out_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(100, currency)

    @pytest.mark.parametrize(
        ("destination", "shown"),
        [
            ({"account_id": "1520389582"}, "****9582"),
            (
                {
                    "clearing_house": "SPAIN",
                    "account_number": "ES9121000418450200051332",
                    "first_name": "A",
                    "last_name": "B",
                },
                "****1332",
            ),
            ({"account_id": "123"}, "****"),
        ],
    )
    def test_staff_see_the_last_four_characters(self, destination: dict[str, str], shown: str) -> None:
        assert self.flow.check_destination(destination) == shown

    @pytest.mark.parametrize(
        "destination",
        [{}, {"account_id": " "}, {"account_id": "x" * 65}, {"account_id": "1", "iban": "2"}, {"account_number": "1"},
         {"account_id": "a\x00b"}],
    )  # fmt: skip
    def test_a_destination_that_cannot_be_paid_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.flow.check_destination(destination)

    def test_a_signed_acceptance_is_taken(self) -> None:
        assert self.answered({"orderid": "4711", "result": "1"}) == payout.Taken(reference="4711")
        assert self.answered({"orderid": "4711", "result": 1}) == payout.Taken(reference="4711")

    def test_a_signed_refusal_declines(self) -> None:
        assert self.answered({"orderid": "4711", "result": "0"}) == payout.Declined(code="refused")
        refused = self.answered({"code": 623, "message": "ERROR_INVALID_PARAMETERS"}, error=True)
        assert refused == payout.Declined(code="error_invalid_parameters")

    @pytest.mark.parametrize("message", ["ERROR_DUPLICATE_MESSAGE_ID", "ERROR_UNKNOWN", None])
    def test_an_error_that_leaves_it_open_is_an_unknown_outcome(self, message: Any) -> None:
        assert self.answered({"code": 637, "message": message}, error=True) == payout.Unanswered()

    def test_an_answer_that_is_not_trustlys_or_not_ours_is_not_believed(self) -> None:
        taken = {"orderid": "4711", "result": "1"}
        assert self.answered(taken, key=OUR_PRIVATE) == payout.Unanswered()
        assert self.answered(taken, uuid=str(OURS)) == payout.Unanswered()
        assert self.answered(taken, method="Refund") == payout.Unanswered()
        assert self.answered({"orderid": "4711", "result": "perhaps"}) == payout.Unanswered()
        assert self.answered({"result": "1"}) == payout.Unanswered()

    @pytest.mark.parametrize(
        ("method", "word"),
        [
            ("payoutconfirmation", payout.Confirmed(amount_minor=50_00, currency="EUR")),
            ("payoutfailed", payout.SentBack(amount_minor=50_00, currency="EUR", code="payout_failed")),
            ("credit", payout.SentBack(amount_minor=50_00, currency="EUR", code="credited_back")),
        ],
    )
    def test_notifications_are_mapped(self, method: str, word: payout.PayoutWord) -> None:
        assert self.read(self.notification(method)).said == AboutPayout(withdrawal_id=OURS, word=word)

    def test_a_debit_is_a_question(self) -> None:
        asked = MayTake(withdrawal_id=OURS, amount_minor=50_00, currency="EUR")
        assert self.read(self.notification("debit")).said == asked

    @pytest.mark.parametrize("method", ["account", "pending"])
    def test_news_without_money_has_no_consequence(self, method: str) -> None:
        assert self.read(self.notification(method)).said == Nothing()

    @pytest.mark.parametrize(("accepted", "status"), [(True, "OK"), (False, "FAILED")])
    def test_our_answer_is_signed(self, accepted: bool, status: str) -> None:
        notification = self.read(self.notification("debit"))
        answer = json.loads(self.provider.answer_notification(self.account, notification, accepted=accepted))
        result = answer["result"]
        assert result["data"] == {"status": status}
        assert (result["uuid"], result["method"], answer["version"]) == ("u1", "debit", "1.1")
        assert trustly_verify(OUR_PUBLIC, "RS256", result["signature"], Signed("debit", "u1", result["data"]))
