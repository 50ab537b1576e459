"""Stripe keeps the suite, and its own protocol."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from chassis.domain import Invalid
from payments.application.ports import (
    AboutDeposit,
    DepositIntent,
    HttpAnswer,
    NotGenuine,
    Nothing,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.domain.refund import words as refunds
from payments.strategies.providers.stripe.deposits import StripeDeposits
from payments.strategies.providers.stripe.signature import sign as stripe_sign

from .refund_suite import ORDER, REFUND, TellsRefunds, answered
from .suite import (
    NOW,
    OURS,
    PLAYER,
    TellsAmounts,
    TellsTakenBack,
    Wire,
    whose,
)


class TestStripe(TellsAmounts, TellsTakenBack, TellsRefunds):
    """Deposits."""

    name = "stripe"
    signature_header = "stripe-signature"
    settings: ClassVar[Mapping[str, Any]] = {"base_url": "https://api.stripe.com"}
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "sk_test_1", "webhook_secret": "whsec_of_this_test"}
    signed_with: ClassVar[Sequence[str]] = ("webhook_secret",)
    other_reference: ClassVar[Mapping[str, Any]] = {"metadata": {"order_id": "7"}}

    @property
    def flow(self) -> StripeDeposits:
        flow = self.provider.deposits
        assert isinstance(flow, StripeDeposits)
        return flow

    @staticmethod
    def intent(**fields: Any) -> dict[str, Any]:
        return {
            "id": "pi_1", "object": "payment_intent", "amount": 50_00, "amount_received": 50_00, "currency": "eur",
            "status": "succeeded", "metadata": {"order_id": str(OURS)}, "client_secret": "pi_1_secret_x", **fields,
        }  # fmt: skip

    def signed(
        self, event: Mapping[str, Any], secret: str = "whsec_of_this_test", at: int = int(NOW.timestamp())
    ) -> Wire:
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

    @staticmethod
    def refund(**fields: Any) -> dict[str, Any]:
        return {
            "id": "re_1", "object": "refund", "amount": 50_00, "currency": "eur", "charge": "ch_1",
            "payment_intent": "pi_1", "reason": None, "status": "succeeded", "metadata": {}, **fields,
        }  # fmt: skip

    @staticmethod
    def charge(*refunds: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        return {
            "id": "ch_1", "object": "charge", "amount": 50_00, "amount_refunded": 50_00, "currency": "eur",
            "payment_intent": "pi_1", "metadata": {"order_id": str(OURS)}, "refunded": True,
            "refunds": {"object": "list", "data": list(refunds)}, **fields,
        }  # fmt: skip

    def taken_back(self, movement: str, amount: Any = 50_00, currency: str = "EUR") -> list[Wire]:
        refund = self.refund(id=movement, amount=amount, currency=currency.lower())
        earlier = self.refund(id="re_0", amount=1)
        by_refund = [self.event(kind, refund) for kind in ("refund.created", "refund.updated", "charge.refund.updated")]
        return [self.signed(one) for one in (*by_refund, self.event("charge.refunded", self.charge(refund, earlier)))]

    taken = answered(
        200,
        {"id": "ref_1", "object": "refund", "amount": 50_00, "currency": "eur", "status": "pending", "metadata": {}},
    )
    refused = answered(400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}})

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        status = "succeeded" if success else "failed"
        refund = self.refund(id=reference, status=status, metadata={"refund_id": str(ours)})
        return self.signed(self.event("refund.updated", refund))

    def test_a_refund_is_found_among_those_of_its_payment(self) -> None:
        ours = self.refund(id="ref_1", metadata={"refund_id": str(REFUND)})
        for found in ([self.refund(), ours], [ours, self.refund(id="re_2", metadata=[])]):
            answer = answered(200, {"object": "list", "data": found, "has_more": True})
            assert self.refunds.parse_question(ORDER, answer) == refunds.Refunded(
                reference="ref_1", amount_minor=50_00, currency="EUR"
            )

    def test_a_refund_that_is_not_among_all_of_its_payment_was_never_taken(self) -> None:
        page = {"object": "list", "data": [self.refund()]}
        assert self.refunds.parse_question(ORDER, answered(200, {**page, "has_more": False})) == NotThere()
        assert self.refunds.parse_question(ORDER, answered(200, {**page, "has_more": True})) == refunds.Unanswered()

    @pytest.mark.parametrize("status", [401, 403, 409, 429])
    def test_what_says_nothing_of_the_order_is_no_refusal(self, status: int) -> None:
        error = {"error": {"type": "invalid_request_error", "code": "api_key_invalid"}}
        assert self.refunds.parse_answer(answered(status, error)) == refunds.Unanswered()

    def unsigned(self) -> Wire:
        return self.genuine()[0], {}

    def badly_signed(self) -> Wire:
        return self.signed(self.event("payment_intent.succeeded", self.intent()), secret="whsec_of_other_tests")

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

    @pytest.mark.parametrize("apart_s", [-301, 301])
    def test_a_webhook_of_another_time_is_not_genuine(self, apart_s: int) -> None:
        with pytest.raises(NotGenuine):
            self.read(
                self.signed(self.event("payment_intent.succeeded", self.intent()), at=int(NOW.timestamp()) + apart_s)
            )

    def test_the_call_carries_our_id_as_reference_and_as_idempotency_key(self) -> None:
        call = self.build()
        form = parse_qs(call.body.decode())
        assert (call.method, call.url) == ("POST", "https://api.stripe.com/v1/payment_intents")
        assert call.headers["Idempotency-Key"] == OURS.hex
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

    @pytest.mark.parametrize(("most", "currency"), [(999_999_99, "EUR"), (99_999_999, "JPY"), (999_999, "ISK")])
    def test_an_amount_of_more_than_eight_digits_is_refused(self, most: int, currency: str) -> None:
        self.flow.check_amount(most, currency)
        with pytest.raises(Invalid) as refused:
            self.flow.check_amount(most + 1, currency)
        assert refused.value.field == "amount_minor"

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

    def test_a_cancel_names_the_intent_and_is_one_request_per_attempt(self) -> None:
        call = self.flow.build_cancel(self.account, OURS, "pi_1/../x", 1)
        assert (call.method, call.url) == ("POST", "https://api.stripe.com/v1/payment_intents/pi_1%2F..%2Fx/cancel")
        assert parse_qs(call.body.decode()) == {"cancellation_reason": ["abandoned"]}
        again, next_one = (self.flow.build_cancel(self.account, OURS, "pi_1/../x", n) for n in (1, 2))
        assert again == call
        assert len({one.headers["Idempotency-Key"] for one in (call, next_one)}) == 2
        assert all(one.headers["Idempotency-Key"].startswith(str(OURS)) for one in (call, next_one))

    @pytest.mark.parametrize(
        ("status", "intent", "word"),
        [
            (200, "canceled", deposit.Declined(reference="pi_1", code="canceled", final=True)),
            (400, "canceled", deposit.Declined(reference="pi_1", code="canceled", final=True)),
            (400, "succeeded", deposit.Settled(reference="pi_1", amount_minor=50_00, currency="EUR")),
            (400, "processing", deposit.Underway(reference="pi_1")),
            (400, None, deposit.Unanswered()),
            (401, "canceled", deposit.Unanswered()),
            (404, None, deposit.Unanswered()),
            (409, "canceled", deposit.Unanswered()),
            (500, "canceled", deposit.Unanswered()),
        ],
    )
    def test_the_answer_to_a_cancel_is_the_end_only_when_it_says_so(
        self, status: int, intent: str | None, word: deposit.DepositWord
    ) -> None:
        thing = self.intent(status=intent) if intent else {}
        body = thing if status == 200 else {"error": {"type": "invalid_request_error", "payment_intent": thing}}
        assert self.flow.parse_cancel(HttpAnswer(status, json.dumps(body).encode())) == word

    @pytest.mark.parametrize("answer", [None, HttpAnswer(200, b""), HttpAnswer(200, b"[]"), HttpAnswer(400, b"<html>")])
    def test_no_believable_answer_to_a_cancel_leaves_it_open(self, answer: HttpAnswer | None) -> None:
        assert self.flow.parse_cancel(answer) == deposit.Unanswered()

    @pytest.mark.parametrize(
        ("status", "intent", "final"),
        [(400, None, True), (401, None, False), (402, "requires_payment_method", False), (402, "canceled", True)],
    )
    def test_an_error_is_the_end_only_when_there_is_no_intent_that_could_be_paid(
        self, status: int, intent: str | None, final: bool
    ) -> None:
        error: dict[str, Any] = {"type": "card_error", "code": "card_declined"}
        if intent:
            error["payment_intent"] = self.intent(status=intent)
        word = self.parse(HttpAnswer(status, json.dumps({"error": error}).encode()))
        assert isinstance(word, deposit.Declined)
        assert word.final is final

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

    @pytest.mark.parametrize("kind", ["charge.refunded", "charge.dispute.teleported", "payout.paid"])
    def test_money_nobody_here_moved_is_for_a_person_to_see(self, kind: str) -> None:
        assert isinstance(self.read(self.signed(self.event(kind, self.intent()))).said, Unclear)

    def test_a_refund_names_the_intent_and_a_charge_our_reference_as_well(self) -> None:
        *by_refund, by_charge = [self.read(wire).said for wire in self.taken_back("re_1")]
        assert {whose(said) for said in by_refund} == {None}
        assert whose(by_charge) == OURS
        assert {said.word for said in (*by_refund, by_charge)} == {
            deposit.TakenBack(reference="pi_1", movement="re_1", amount_minor=50_00, currency="EUR", code="refunded")
        }

    def test_what_is_written_on_a_refund_does_not_say_whose_it_is(self) -> None:
        refund = self.refund(metadata={"order_id": str(OURS)})
        assert whose(self.read(self.signed(self.event("refund.created", refund))).said) is None

    def test_a_refunds_reason_is_told(self) -> None:
        said = self.read(self.signed(self.event("refund.created", self.refund(reason="fraudulent")))).said
        assert said.word.code == "fraudulent"

    @pytest.mark.parametrize("status", ["pending", "requires_action"])
    @pytest.mark.parametrize("kind", ["refund.created", "refund.updated"])
    def test_a_refund_that_has_not_happened_takes_nothing(self, kind: str, status: str) -> None:
        assert self.read(self.signed(self.event(kind, self.refund(status=status)))).said == Nothing()

    @pytest.mark.parametrize("status", ["brand_new", None, 7])
    def test_a_refund_of_a_status_that_nobody_knows_is_for_a_person_to_see(self, status: Any) -> None:
        assert isinstance(
            self.read(self.signed(self.event("refund.updated", self.refund(status=status)))).said, Unclear
        )

    @pytest.mark.parametrize("status", ["failed", "canceled"])
    def test_what_others_refunded_and_failed_is_given_back(self, status: str) -> None:
        said = self.read(self.signed(self.event("refund.failed", self.refund(status=status)))).said
        assert said.word == deposit.GivenBack(
            reference="pi_1", movement="re_1", amount_minor=50_00, currency="EUR", code=status
        )

    @pytest.mark.parametrize("refunds", [None, [], {"data": []}, {"data": ["re_1"]}, {"data": "re_1"}, {}])
    def test_a_refunded_charge_that_does_not_say_by_which_refund_is_for_a_person_to_see(self, refunds: Any) -> None:
        charge = self.charge(refunds=refunds)
        assert isinstance(self.read(self.signed(self.event("charge.refunded", charge))).said, Unclear)

    def test_a_refund_of_no_payment_is_for_a_person_to_see(self) -> None:
        refund = self.refund(payment_intent=None)
        assert self.read(self.signed(self.event("refund.created", refund))).said == Unclear("reference_unreadable")

    @pytest.mark.parametrize("raw", [b"not json", b"[" * 100_000, b"{}", b'{"id": "evt_1"}', b'{"id": 1, "type": "x"}'])
    def test_a_signed_body_that_is_no_event_is_for_a_person_to_see_once(self, raw: bytes) -> None:
        at = int(NOW.timestamp())
        headers = {"stripe-signature": f"t={at},v1={stripe_sign('whsec_of_this_test', at, raw)}"}
        told, again = (self.provider.read_notification(self.account, raw, headers, NOW) for _ in range(2))
        assert (told.said, told.id) == (Unclear("body_unreadable"), again.id)

    @pytest.mark.parametrize("raw", [b"not json", b"[" * 100_000, b"{}"])
    def test_a_body_that_is_not_signed_is_not_parsed(self, raw: bytes) -> None:
        with pytest.raises(NotGenuine, match="signature"):
            self.read((raw, {"stripe-signature": f"t={int(NOW.timestamp())},v1=00"}))

    @pytest.mark.parametrize("created", [None, True, 0, -1, 2**40, "yesterday"])
    def test_an_event_without_a_readable_moment_is_of_now(self, created: Any) -> None:
        raw, headers = self.signed({**self.event("payment_intent.succeeded", self.intent()), "created": created})
        assert self.provider.read_notification(self.account, raw, headers, NOW).said_at == NOW

    def test_an_intent_without_an_id_says_nothing_that_could_be_applied(self) -> None:
        raw, headers = self.signed(self.event("payment_intent.processing", self.intent(id="")))
        said = self.provider.read_notification(self.account, raw, headers, NOW).said
        assert said == Unclear("reference_unreadable")
