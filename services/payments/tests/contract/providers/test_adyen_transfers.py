"""Adyen's Transfers API keeps the suite, and its own protocol."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from Adyen.util import generate_payload_sig, is_valid_hmac_payload

from chassis.domain import Invalid
from chassis.partners import PartnerHosts
from payments.application.instruments.ports import ReadsDestinations
from payments.application.ports import AboutPayout, HttpAnswer, Nothing, PayoutFlow, PayoutOrder, Unclear
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.adyen.signature import mac

from .suite import NOW, OURS, PLAYER, REQUEST_ID, TellsAmounts, Wire

KEY, OTHER_KEY = "4D" * 32, "77" * 32
TRANSFERS = "https://balanceplatform-api-test.adyen.com/btl/v4/transfers"
IBAN = "DE89370400440532013000"
LEFT = payout.Confirmed(amount_minor=50_00, currency="EUR", reference="4JW1")


class TestAdyenTransfers(TellsAmounts):
    """Payouts."""

    name = "adyen_transfers"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://balanceplatform-api-test.adyen.com",
        "balance_account": "BA00000000000000000000001",
    }
    secrets: ClassVar[Mapping[str, str]] = {"api_key": "AQE_payouts", "hmac_key": KEY}
    signed_with: ClassVar[Sequence[str]] = ("hmac_key", "previous_hmac_key")
    other_reference: ClassVar[Mapping[str, Any]] = {"reference": "salaries"}
    signature_header = "hmacsignature"

    @property
    def flow(self) -> PayoutFlow:
        flow = self.provider.payouts
        assert flow is not None
        return flow

    @staticmethod
    def transfer(**fields: Any) -> dict[str, Any]:
        return {
            "id": "4JW1", "status": "booked", "category": "bank", "direction": "outgoing", "type": "bankTransfer",
            "balanceAccount": {"id": "BA00000000000000000000001"}, "amount": {"value": 50_00, "currency": "EUR"},
            "reference": str(OURS), "reason": "approved", "sequenceNumber": 3, **fields,
        }  # fmt: skip

    def sent(self, transfer: Mapping[str, Any], key: str | None = KEY, kind: str = "transfer.updated") -> Wire:
        raw = json.dumps({"type": f"balancePlatform.{kind}", "environment": "test", "data": transfer}).encode()
        return raw, {} if key is None else {"hmacsignature": mac(key, raw)}

    def genuine(self, **extra: Any) -> Wire:
        return self.sent(self.transfer(**extra))

    def of_unknown_kind(self) -> Wire:
        return self.sent(self.transfer(), kind="transfer.teleported")

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.genuine(amount={"value": amount, "currency": currency})

    def unsigned(self) -> Wire:
        return self.sent(self.transfer(), key=None)

    def badly_signed(self) -> Wire:
        return self.sent(self.transfer(), key=OTHER_KEY)

    @staticmethod
    def order(amount_minor: int = 50_00, currency: str = "EUR") -> PayoutOrder:
        return PayoutOrder(
            withdrawal_id=OURS, request_id=REQUEST_ID, player_id=PLAYER, amount_minor=amount_minor, currency=currency,
            destination={"account_holder_name": "Sue Hopper", "iban": IBAN}, notification_url="https://c.example/n",
        )  # fmt: skip

    def build(self) -> Any:
        return self.flow.build_call(self.account, self.order())

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(self.account, self.order(), answer)

    def asked(self, http_status: int = 200, **fields: Any) -> Any:
        answer = HttpAnswer(http_status, json.dumps(self.transfer(**fields)).encode())
        return self.flow.parse_question(self.account, self.order(), answer)

    # --- the account

    @pytest.mark.parametrize(
        ("settings", "field"),
        [
            ({"balance_account": ""}, "settings.balance_account"),
            ({"priority": "soon"}, "settings.priority"),
            ({"priority": ["fast"]}, "settings.priority"),
        ],
    )
    def test_a_setting_that_cannot_work_is_refused(self, settings: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.provider.check_account({**self.settings, **settings}, self.secrets)
        assert refused.value.field == field

    # --- the order

    def test_the_order_names_account_and_holder_and_carries_our_key(self) -> None:
        call = self.build()
        assert (call.method, call.url, call.key) == ("POST", TRANSFERS, str(REQUEST_ID))
        assert (call.headers["Idempotency-Key"], call.headers["X-API-Key"]) == (str(REQUEST_ID), "AQE_payouts")
        assert call.repeatable_for is not None
        assert call.repeatable_for < timedelta(days=7)
        assert json.loads(call.body) == {
            "amount": {"value": 50_00, "currency": "EUR"}, "balanceAccountId": "BA00000000000000000000001",
            "category": "bank", "priority": "regular", "reference": str(OURS), "description": "Withdrawal",
            "counterparty": {"bankAccount": {
                "accountHolder": {"fullName": "Sue Hopper"},
                "accountIdentification": {"type": "iban", "iban": IBAN},
            }},
        }  # fmt: skip

    def test_it_goes_as_fast_as_the_casino_pays_for(self) -> None:
        hasty = replace(self.account, settings={**self.settings, "priority": "instant"})
        self.provider.check_account(hasty.settings, hasty.secrets)
        assert json.loads(self.flow.build_call(hasty, self.order()).body)["priority"] == "instant"

    def test_amounts_are_written_in_adyens_units(self) -> None:
        call = self.flow.build_call(self.account, self.order(5, "ISK"))
        assert json.loads(call.body)["amount"] == {"value": 500, "currency": "ISK"}
        with pytest.raises(Invalid) as refused:
            self.flow.check_amount(1, "BTC")
        assert refused.value.field == "currency"

    @pytest.mark.parametrize(
        ("status", "error", "word"),
        [
            (422, "30_001", payout.Declined(code="error_30_001")),
            (400, "30_003", payout.Declined(code="error_30_003")),
            (422, "704", payout.Unanswered()),
            (422, None, payout.Unanswered()),
            (401, "00_401", payout.Unanswered()),
            (403, "00_403", payout.Unanswered()),
            (404, "30_112", payout.Unanswered()),
            (409, "30_001", payout.Unanswered()),
            (500, "00_500", payout.Unanswered()),
        ],
    )
    def test_only_an_error_after_which_there_is_no_transfer_declines(self, status: int, error: Any, word: Any) -> None:
        body = {"status": status, "errorCode": error, "title": "no"}
        assert self.parse(HttpAnswer(status, json.dumps(body).encode())) == word

    def test_the_answer_tells_where_the_transfer_stands(self) -> None:
        for status in ("received", "authorised"):
            answer = HttpAnswer(202, json.dumps(self.transfer(status=status)).encode())
            assert self.parse(answer) == payout.Taken(reference="4JW1")
        others = HttpAnswer(202, json.dumps(self.transfer(reference=str(PLAYER))).encode())
        assert self.parse(others) == payout.Unanswered()

    # --- the question

    def test_without_its_id_the_order_itself_is_the_question(self) -> None:
        assert self.flow.build_question(self.account, self.order(), None) is None
        call = self.flow.build_question(self.account, self.order(), "4JW1/../x")
        assert call is not None
        assert (call.method, call.url, call.key) == ("GET", f"{TRANSFERS}/4JW1%2F..%2Fx", None)

    @pytest.mark.parametrize("status", ["received", "authorised", "pending", "teleported"])
    def test_what_is_on_its_way_is_taken(self, status: str) -> None:
        assert self.asked(status=status) == payout.Taken(reference="4JW1")
        assert self.read(self.genuine(status=status)).said == AboutPayout(
            withdrawal_id=OURS, word=payout.Taken(reference="4JW1")
        )

    @pytest.mark.parametrize("status", ["booked", "credited"])
    def test_what_left_is_confirmed(self, status: str) -> None:
        assert self.asked(status=status) == LEFT
        assert self.read(self.genuine(status=status)).said == AboutPayout(withdrawal_id=OURS, word=LEFT)

    @pytest.mark.parametrize(
        ("status", "reason", "code"),
        [
            ("failed", "counterpartyAccountClosed", "counterpartyAccountClosed"),
            ("failed", "approved", "failed"),
            ("failed", None, "failed"),
            ("refused", "notEnoughBalance", "notEnoughBalance"),
            ("cancelled", None, "cancelled"),
            ("error", "unknown", "error"),
            ("returned", "approved", "returned"),
        ],
    )
    def test_what_failed_or_came_back_is_the_players_again(self, status: str, reason: Any, code: str) -> None:
        back = payout.SentBack(amount_minor=50_00, currency="EUR", code=code, reference="4JW1")
        assert self.asked(status=status, reason=reason) == back
        assert self.read(self.genuine(status=status, reason=reason)).said == AboutPayout(withdrawal_id=OURS, word=back)
        assert code in self.provider.codes

    def test_what_cannot_be_believed_leaves_it_open(self) -> None:
        for status in (404, 401, 500):
            assert self.asked(status) == payout.Unanswered()
        assert self.asked(reference=str(PLAYER)) == payout.Unanswered()
        assert self.asked(amount=None) == payout.Unanswered()
        assert self.flow.parse_question(self.account, self.order(), None) == payout.Unanswered()

    # --- webhooks

    def test_the_official_sdk_signs_as_we_expect_it(self) -> None:
        raw, headers = self.genuine()
        assert is_valid_hmac_payload(headers["hmacsignature"], KEY, raw)
        assert self.read((raw, {"hmacsignature": generate_payload_sig(raw, KEY).decode()})).said
        assert not is_valid_hmac_payload(self.badly_signed()[1]["hmacsignature"], KEY, raw)

    def test_the_key_before_the_last_is_believed_while_it_is_named(self) -> None:
        renewed = replace(self.account, secrets={**self.secrets, "previous_hmac_key": OTHER_KEY})
        self.provider.check_account(renewed.settings, renewed.secrets)
        raw, headers = self.badly_signed()
        assert isinstance(self.provider.read_notification(renewed, raw, headers, NOW).said, AboutPayout)

    @pytest.mark.parametrize(
        "fields",
        [
            {"direction": "incoming"},
            {"category": "platformPayment"},
            {"category": "internal"},
            {"balanceAccount": {"id": "BA9"}},
            {"balanceAccount": None},
        ],
    )
    def test_money_that_is_none_of_our_payouts_is_of_no_consequence(self, fields: dict[str, Any]) -> None:
        assert self.read(self.genuine(**fields)).said == Nothing()

    def test_each_status_is_heard_once_and_each_webhook_of_it_is_told_apart(self) -> None:
        assert self.read(self.genuine()).id == "4JW1:booked:3"
        assert self.read(self.genuine(status="returned", sequenceNumber=None)).id == "4JW1:returned:"

    @pytest.mark.parametrize("fields", [{"id": None}, {"id": ""}, {"status": None}, {"status": 7}])
    def test_a_transfer_that_cannot_be_read_is_for_a_person_to_see(self, fields: dict[str, Any]) -> None:
        assert self.read(self.genuine(**fields)).said == Unclear("body_unreadable")

    def test_adyen_wants_its_word(self) -> None:
        reply = self.provider.answer_notification(self.account, self.read(self.genuine()), accepted=True)
        assert reply.body == b"[accepted]"

    # --- where it goes

    def test_staff_see_the_end_of_the_number_and_the_account_is_recognised_by_it(self) -> None:
        flow, destination = self.flow, {"account_holder_name": "Sue Hopper", "iban": IBAN}
        assert flow.check_destination(destination) == "****3000"
        assert isinstance(flow, ReadsDestinations)
        told = flow.instrument_of(destination)
        assert told is not None
        assert (told.identity, told.country, told.holder) == (f"bank:{IBAN}", "DE", "Sue Hopper")
        assert told.pays_to == destination

    @pytest.mark.parametrize(
        "destination",
        [
            {}, {"iban": IBAN}, {"account_holder_name": "Sue"}, {"account_holder_name": " ", "iban": IBAN},
            {"account_holder_name": "S" * 141, "iban": IBAN}, {"account_holder_name": "S\n", "iban": IBAN},
            {"account_holder_name": "S", "iban": "DE89 3704 0044 0532 0130 00"},
            {"account_holder_name": "S", "iban": f"{IBAN}\n"}, {"account_holder_name": "S", "iban": IBAN, "bic": "x"},
        ],
    )  # fmt: skip
    def test_a_destination_nobody_could_pay_to_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid) as refused:
            self.flow.check_destination(destination)
        assert str(refused.value.field).startswith("destination")

    @pytest.mark.parametrize(
        ("base_url", "known"),
        [
            ("https://balanceplatform-api-test.adyen.com", True),
            ("https://balanceplatform-api-live.adyen.com", True),
            ("https://balanceplatform-api-live.adyen.com.evil.example", False),
        ],
    )
    def test_only_its_own_servers_are_called(self, base_url: str, known: bool) -> None:
        assert PartnerHosts().allow(base_url, self.provider.hosts) is known
