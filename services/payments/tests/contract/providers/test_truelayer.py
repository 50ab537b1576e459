"""TrueLayer keeps the suite, and its own protocol."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from truelayer_signing import HttpMethod, extract_jws_header, verify_with_jwks

from chassis.domain import Invalid
from payments.application.instruments.ports import ReadsDestinations
from payments.application.look_port import LookAtDeposit, Told
from payments.application.ports import (
    AccessToken,
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    NotGenuine,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.domain.instrument.words import Kind

from .refund_suite import REFUND, HintsAtRefunds
from .suite import NOW, OURS, PLAYER, OnlyHints, Wire
from .truelayer_wire import (
    API,
    ERRORS,
    MERCHANT,
    OTHER_PEM,
    OUR_JWK,
    PAYMENT,
    SECRETS,
    SETTINGS,
    SOURCE,
    answer,
    signed,
    thing,
)


class TestTrueLayer(OnlyHints, HintsAtRefunds):
    """Payments, refunds, and webhooks about them."""

    name = "truelayer"
    signature_header = "tl-signature"
    flipped_at_most = 300  # Each is looked at for milliseconds.
    settings: ClassVar[Mapping[str, Any]] = SETTINGS
    secrets: ClassVar[Mapping[str, str]] = SECRETS
    signed_with: ClassVar[Sequence[str]] = ()
    other_reference: ClassVar[Mapping[str, Any]] = {"metadata": {"deposit_id": "order 7"}}

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    @staticmethod
    def event(**fields: Any) -> dict[str, Any]:
        # The fields of docs.truelayer.com, "Payment webhooks".
        return {
            "type": "payment_settled", "event_version": 1, "event_id": "b8d4dda0-ff2c-4d77-a6da-4615e4bad941",
            "payment_id": PAYMENT, "settled_at": "2026-03-01T11:59:50.000Z",
            "payment_source": {"id": SOURCE, "account_holder_name": "S. HOPPER", "account_identifiers": []},
            "metadata": {"deposit_id": str(OURS), "amount": "50"}, **fields,
        }  # fmt: skip

    def genuine(self, **extra: Any) -> Wire:
        return signed(self.event(**extra))

    def of_unknown_kind(self) -> Wire:
        return self.genuine(type="payment_teleported")

    def unsigned(self) -> Wire:
        raw, headers = self.genuine()
        return raw, {name: value for name, value in headers.items() if name != "tl-signature"}

    def badly_signed(self) -> Wire:
        return signed(self.event(), OTHER_PEM)

    def build(self, details: Mapping[str, str] | None = None, **fields: Any) -> HttpCall:
        intent = DepositIntent(
            deposit_id=OURS, player_id=PLAYER, amount_minor=50_00, currency="EUR",
            return_url="https://c.example/back", details=details or {"name": "Sue Hopper", "email": "s@c.example"},
        )  # fmt: skip
        return self.flow.build_call(self.account, replace(intent, **fields))

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    def asked(self, **fields: Any) -> Any:
        return self.flow.parse_question(answer(200, thing(**{"status": "settled", **fields})))

    # --- money back

    taken = answer(202, {"id": "ref_1"})
    refused = answer(400, {"type": f"{ERRORS}invalid-state"})

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        kind = f"refund_{'executed' if success else 'failed'}"
        more = {} if success else {"failure_reason": "scheme_error"}
        return signed(self.event(type=kind, refund_id=reference, metadata={"refund_id": str(ours)}, **more))

    def found(self, *, success: bool | None, reference: str = "ref_1", **fields: Any) -> Any:
        status = {True: "executed", False: "failed", None: "pending"}[success]
        more = {"failure_reason": "scheme_error"} if success is False else {}
        return thing(status, **{"id": reference, "metadata": {"refund_id": str(REFUND)}, **more, **fields})

    def by_reference(self, refund_there: Any) -> HttpAnswer:
        return answer(200, refund_there)

    def by_ours(self, *refunds_there: Any) -> HttpAnswer:
        return answer(200, {"items": [*refunds_there, thing("executed", id="ref_0", metadata={})]})

    # --- the account

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("auth_url", "h"), ("client_id", ""), ("key_id", " "), ("webhook_keys", "{}"), ("merchant_account_eur", ""),
            ("payout_reference", "x" * 19), ("merchant_account_usd", MERCHANT),
        ],
    )  # fmt: skip
    def test_a_setting_that_cannot_work_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.provider.check_account({**self.settings, name: value}, self.secrets)
        assert refused.value.field == f"settings.{name}"

    def test_an_account_without_any_merchant_account_is_refused(self) -> None:
        without = {name: value for name, value in self.settings.items() if not name.startswith("merchant")}
        with pytest.raises(Invalid):
            self.provider.check_account(without, self.secrets)

    def test_a_private_key_that_is_none_is_refused(self) -> None:
        with pytest.raises(Invalid) as refused:
            self.provider.check_account(self.settings, {**self.secrets, "private_key": "x"})
        assert refused.value.field == "secrets.private_key"

    # --- signing in

    def test_a_call_says_how_to_sign_in_and_carries_no_secret_itself(self) -> None:
        call = self.build()
        assert call.login is not None
        assert call.login.call.url == "https://auth.truelayer-sandbox.com/connect/token"
        assert parse_qs(call.login.call.body.decode()) == {
            "grant_type": ["client_credentials"], "client_id": ["casino-1"], "client_secret": ["very secret"],
            "scope": ["payments"],
        }  # fmt: skip
        assert "very secret" not in f"{call.headers}{call.body!r}{call.url}{call!r}"

    def test_a_token_is_read_with_its_time(self) -> None:
        login = self.build().login
        assert login is not None
        body = {"access_token": "jwt", "expires_in": 3600, "token_type": "Bearer", "scope": "payments"}
        assert login.read(answer(200, body)) == AccessToken("jwt", timedelta(hours=1))
        for seconds in (None, 0, -1, "3600", 10**9, True):
            assert login.read(answer(200, {**body, "expires_in": seconds})) == AccessToken("jwt", timedelta(0))

    @pytest.mark.parametrize(
        ("status", "change"),
        [
            (400, {}), (200, {"access_token": None}), (200, {"access_token": ""}), (200, {"access_token": "a\r\nb"}),
            (200, {"token_type": "mac"}), (200, {"token_type": None}), (500, {}), (200, {"access_token": "x" * 9_000}),
        ],
    )  # fmt: skip
    def test_what_brings_no_usable_token_is_none(self, status: int, change: dict[str, Any]) -> None:
        login = self.build().login
        assert login is not None
        assert login.read(answer(status, {"access_token": "t", "token_type": "Bearer", **change})) is None

    # --- payments

    def test_a_payment_goes_to_the_merchant_account_and_carries_our_ids(self) -> None:
        call = self.build({"name": "Sue Hopper", "phone": "+441234567890", "country": "GB"})
        assert (call.method, call.url, call.key) == ("POST", f"{API}/v3/payments", OURS.hex)
        assert json.loads(call.body) == {
            "amount_in_minor": 50_00, "currency": "EUR",
            "payment_method": {
                "type": "bank_transfer",
                "provider_selection": {"type": "user_selected", "filter": {"countries": ["GB"]}},
                "beneficiary": {"type": "merchant_account", "merchant_account_id": MERCHANT},
            },
            "user": {"id": str(PLAYER), "name": "Sue Hopper", "phone": "+441234567890"},
            "metadata": {"deposit_id": str(OURS)}, "hosted_page": {"return_uri": "https://c.example/back"},
        }  # fmt: skip

    def test_the_official_library_accepts_our_signature(self) -> None:
        cancel = self.flow.build_cancel(self.account, OURS, PAYMENT, 1)
        assert cancel is not None
        for call in (self.build(), cancel):
            checker = verify_with_jwks({"keys": [{"kid": "k-ours", **OUR_JWK}]}, self.header_of(call))
            checker = checker.set_method(HttpMethod.POST).set_path(call.url.removeprefix(API))
            checker = checker.add_headers(call.headers).add_required_header("Idempotency-Key")
            checker.set_body(call.body.decode()).verify(call.headers["Tl-Signature"])
            assert call.headers["Idempotency-Key"] == call.key

    @staticmethod
    def header_of(call: HttpCall) -> Any:
        return extract_jws_header(call.headers["Tl-Signature"])

    def test_a_new_payment_shows_the_player_its_page(self) -> None:
        made = {
            "id": PAYMENT, "user": {"id": str(PLAYER)}, "resource_token": "t", "status": "authorization_required",
            "hosted_page": {"uri": "https://app.truelayer-sandbox.com/payments?x=1"},
        }  # fmt: skip
        page = json.dumps({"type": "redirect", "url": "https://app.truelayer-sandbox.com/payments?x=1"})
        assert self.parse(answer(201, made)) == deposit.ActionNeeded(reference=PAYMENT, next_action=page)
        for uri in (None, "javascript:alert(1)", 7):
            said = self.parse(answer(201, {**made, "hosted_page": {"uri": uri}}))
            assert said == deposit.ActionNeeded(reference=PAYMENT)

    def test_a_payment_that_failed_at_once_is_declined(self) -> None:
        made = {"id": PAYMENT, "status": "failed", "failure_reason": "rejected"}
        assert self.parse(answer(201, made)) == deposit.Declined(reference=PAYMENT, code="rejected", final=True)

    @pytest.mark.parametrize(
        ("status", "error", "code", "final"),
        [
            (400, "invalid-parameters", "invalid-parameters", True), (400, "invalid-state", "invalid-state", True),
            (401, "unauthenticated", "unauthenticated", False), (403, "forbidden", "forbidden", False),
        ],
    )  # fmt: skip
    def test_a_refusal_declines(self, status: int, error: str, code: str, final: bool) -> None:
        said = self.parse(answer(status, {"type": f"{ERRORS}{error}", "title": "x"}))
        assert said == deposit.Declined(reference=None, code=code, final=final)
        assert code in self.provider.codes

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (409, "idempotency-key-concurrency-conflict"), (422, "idempotency-key-reuse"), (429, "rate-limit-exceeded"),
            (500, "internal-server-error"), (400, "something-new"), (401, ""), (200, "invalid-parameters"),
        ],
    )  # fmt: skip
    def test_an_error_that_leaves_it_open_is_an_unknown_outcome(self, status: int, error: str) -> None:
        body = {"type": f"{ERRORS}{error}"} if error else {}
        assert self.parse(answer(status, body)) == deposit.Unanswered()

    def test_without_its_id_there_is_nothing_to_ask_by(self) -> None:
        assert self.flow.build_question(self.account, OURS, None) == NotThere()
        call = self.flow.build_question(self.account, OURS, "../x")
        assert isinstance(call, HttpCall)
        assert (call.method, call.url, call.key) == ("GET", f"{API}/v3/payments/..%2Fx", None)
        assert call.login is not None

    def test_only_settled_is_money(self) -> None:
        settled = deposit.Settled(reference=PAYMENT, amount_minor=50_00, currency="EUR")
        assert self.asked() == settled
        for status in ("authorized", "executed", "attempt_failed", "teleported"):
            assert self.asked(status=status) == deposit.Underway(reference=PAYMENT)
        assert self.asked(status="authorizing") == deposit.ActionNeeded(reference=PAYMENT)

    @pytest.mark.parametrize(
        ("identifiers", "last_four", "country"),
        [
            ([{"type": "iban", "iban": "IT60X0542811101000000123456"}], "3456", "IT"),
            ([{"type": "sort_code_account_number", "sort_code": "040668", "account_number": "00000871"}], "0871", "GB"),
            ([], None, None), (None, None, None), ("x", None, None), ([7, {}], None, None),
        ],
    )  # fmt: skip
    def test_a_settled_payment_tells_the_account_that_can_be_paid(
        self, identifiers: Any, last_four: str | None, country: str | None
    ) -> None:
        source = {"id": SOURCE, "account_identifiers": identifiers, "account_holder_name": "Sue Hopper"}
        paid_with = self.asked(payment_source=source).instrument
        assert (paid_with.kind, paid_with.last_four, paid_with.country) == (Kind.BANK, last_four, country)
        assert (paid_with.holder, paid_with.pays_to) == ("Sue Hopper", {"payment_source_id": SOURCE})
        flow: Any = self.provider.payouts
        assert isinstance(flow, ReadsDestinations)
        again = flow.instrument_of(paid_with.pays_to)
        assert again is not None
        assert again.identity == paid_with.identity, "what he is paid to is what he paid with"

    @pytest.mark.parametrize("source", [None, {}, {"id": "x"}, {"id": 7}, "x"])
    def test_a_payment_of_no_known_account_is_money_all_the_same(self, source: Any) -> None:
        assert self.asked(payment_source=source).instrument is None

    @pytest.mark.parametrize("amount", [None, 0, -1, "5000", 50.5, True, 10**17])
    def test_an_amount_that_cannot_be_read_is_not_the_end(self, amount: Any) -> None:
        assert self.asked(amount_in_minor=amount) == deposit.Underway(reference=PAYMENT)

    def test_a_failed_payment_is_over_and_says_why(self) -> None:
        for reason, code in (("insufficient_funds", "insufficient_funds"), (None, "failed"), (7, "failed")):
            said = self.asked(status="failed", failure_reason=reason)
            assert said == deposit.Declined(reference=PAYMENT, code=code, final=True)
            assert code in self.provider.codes

    def test_a_payment_nobody_knows_is_not_there(self) -> None:
        assert self.flow.parse_question(answer(404, {"type": f"{ERRORS}not-found"})) == NotThere()
        assert self.flow.parse_question(HttpAnswer(404, b"<html>")) == deposit.Unanswered()

    def test_cancelling_is_asked_after(self) -> None:
        call = self.flow.build_cancel(self.account, OURS, PAYMENT, 2)
        assert call is not None
        assert (call.method, call.url) == ("POST", f"{API}/v3/payments/{PAYMENT}/actions/cancel")
        assert call.key == f"{OURS}-cancel-2"
        assert call.also is not None
        assert call.also.url == f"{API}/v3/payments/{PAYMENT}"
        over = answer(200, thing("failed", failure_reason="canceled"))
        said = self.flow.parse_cancel(HttpAnswer(202, b"", also=over))
        assert said == deposit.Declined(reference=PAYMENT, code="canceled", final=True)
        paid = HttpAnswer(400, b"{}", also=answer(200, thing("settled")))
        assert isinstance(self.flow.parse_cancel(paid), deposit.Settled)
        assert self.flow.parse_cancel(HttpAnswer(202, b"")) == self.flow.parse_cancel(None) == deposit.Unanswered()

    def test_currencies_it_does_not_move_are_refused(self) -> None:
        self.flow.check_amount(1, "GBP")
        with pytest.raises(Invalid):
            self.flow.check_amount(1, "USD")

    @pytest.mark.parametrize(
        ("details", "field"),
        [
            ({}, "name"), ({"name": "S"}, "email"), ({"name": "S", "email": "x"}, "email"),
            ({"name": "S", "phone": "123"}, "phone"), ({"name": "S", "email": "a@b", "country": "gb"}, "country"),
            ({"name": "S", "email": "a@b", "iban": "x"}, "iban"), ({"name": "x" * 141, "email": "a@b"}, "name"),
        ],
    )  # fmt: skip
    def test_what_it_must_know_of_the_payer_is_checked(self, details: dict[str, str], field: str) -> None:
        self.flow.check_details({"name": "Sue", "email": "s@c.example", "phone": "+441234567890", "country": "GB"})
        with pytest.raises(Invalid) as refused:
            self.flow.check_details(details)
        assert refused.value.field == f"details.{field}"

    # --- webhooks

    @pytest.mark.parametrize(
        "kind", ["payment_authorized", "payment_executed", "payment_settled", "payment_creditable", "payment_failed"]
    )
    def test_whatever_happens_to_a_payment_makes_us_ask(self, kind: str) -> None:
        settled = Told.DONE if kind == "payment_settled" else None
        assert self.read(self.genuine(type=kind)).said == LookAtDeposit(deposit_id=OURS, told=settled)

    @pytest.mark.parametrize(
        "kind",
        ["payment_reversed", "payment_disputed", "payment_settlement_stalled", "external_payment_received",
         "mandate_revoked"],
    )  # fmt: skip
    def test_money_nobody_here_moved_is_for_a_person(self, kind: str) -> None:
        assert self.read(self.genuine(type=kind)).said == Unclear("event_not_handled")

    @pytest.mark.parametrize(
        ("at", "genuine"),
        [
            ("2026-03-01T12:04:00Z", True), ("2026-03-01T12:06:00Z", False), ("2026-02-26T12:00:00Z", True),
            ("2026-02-25T12:00:00Z", False), ("2026-03-01T12:00:00", False), ("lately", False),
        ],
    )  # fmt: skip
    def test_a_webhook_counts_as_long_as_it_may_be_delivered(self, at: str, genuine: bool) -> None:
        wire = signed(self.event(), at=at)
        if genuine:
            assert self.read(wire).said_at <= NOW
        else:
            with pytest.raises(NotGenuine):
                self.read(wire)

    @pytest.mark.parametrize(
        "change",
        [{"path": f"/partner/payments/truelayer/{UUID(int=8)}/notifications"}, {"path": "/"}, {"key_id": "k-other"}],
    )
    def test_a_webhook_to_elsewhere_or_of_an_unknown_key_is_not_genuine(self, change: dict[str, str]) -> None:
        with pytest.raises(NotGenuine):
            self.read(signed(self.event(), **change))

    def test_a_header_that_was_changed_on_the_way_is_noticed(self) -> None:
        raw, headers = self.genuine()
        with pytest.raises(NotGenuine):
            self.read((raw, {**headers, "x-tl-webhook-timestamp": "2026-03-01T11:59:56Z"}))

    @pytest.mark.parametrize("event", [{}, [], "x", {"type": "payment_settled"}, {"event_id": "e1"}])
    def test_a_signed_body_that_is_no_event_is_for_a_person_to_see(self, event: Any) -> None:
        assert self.read(signed(event)).said == Unclear("body_unreadable")

    def test_nothing_of_the_payer_is_among_the_facts(self) -> None:
        facts = self.read(self.genuine()).facts
        assert set(facts) == {"our_reference", "reference", "reason", "stage"}
        assert "HOPPER" not in str(facts)
