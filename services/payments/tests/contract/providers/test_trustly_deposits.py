"""Deposits through Trustly keep the suite, and its own protocol."""

import json
from typing import Any, ClassVar
from uuid import UUID, uuid5

import pytest

from chassis.domain import Invalid
from payments.application.ports import (
    AboutDeposit,
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    Nothing,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.domain.refund import words as refunds
from payments.strategies.providers.trustly.signature import Signed
from payments.strategies.providers.trustly.signature import verify as trustly_verify

from .refund_suite import ORDER, REFUND, NamesThePayment
from .suite import OUR_PRIVATE, OUR_PUBLIC, OURS, PLAYER, TellsTakenBack, Wire
from .trustly_wire import TrustlyWire, signed_answer

PAYER = {
    "first_name": "Steve", "last_name": "Smith", "email": "s@player.example", "country": "SE", "locale": "sv_SE",
}  # fmt: skip
UUID_OF_CALL = str(uuid5(OURS, "Deposit"))
PAGE = "https://checkout.trustly.com/page?OrderID=4711"
ACTION = json.dumps({"type": "redirect", "url": PAGE})


class TestTrustlyDeposits(TrustlyWire, TellsTakenBack, NamesThePayment):
    """Deposits and refunds."""

    reference: ClassVar[str] = OURS.hex
    settles = "credit"

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    def build(self, **fields: Any) -> Any:
        facts: dict[str, Any] = {
            "deposit_id": OURS, "player_id": PLAYER, "amount_minor": 50_00, "currency": "EUR",
            "return_url": "https://c.example/back", "details": PAYER,
            "notification_url": "https://us.example/partner/payments/trustly/x/notifications", **fields,
        }  # fmt: skip
        return self.flow.build_call(self.account, DepositIntent(**facts))

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    def answered(self, data: dict[str, Any], *, error: bool = False) -> Any:
        return self.parse(signed_answer("Deposit", data, UUID_OF_CALL, error=error))

    def taken_back(self, movement: str, amount: Any = 50_00, currency: str = "EUR") -> list[Wire]:
        wire = "50.00" if amount == 50_00 else amount
        return [self.notification("debit", notificationid=movement, amount=wire, currency=currency)]

    # --- money back

    taken = signed_answer("Refund", {"orderid": "4711", "result": "1"}, "ref_1")
    refused = signed_answer("Refund", {"code": 1, "message": "ERROR_INSUFFICIENT_FUNDS"}, "ref_1", error=True)

    def key_in(self, call: HttpCall) -> str:
        return str(json.loads(call.body)["params"]["UUID"])

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        return self.notification("payoutconfirmation" if success else "credit", orderid=reference)

    def test_the_order_to_refund_names_the_deposits_order_and_is_signed(self) -> None:
        call = self.refunds.build_call(self.account, ORDER)
        message = json.loads(call.body)
        data = message["params"]["Data"]
        assert (message["method"], data["OrderID"], data["Amount"], data["Currency"]) == (
            "Refund", "pay_1", "50.00", "EUR",
        )  # fmt: skip
        assert data["Attributes"] == {"ExternalReference": str(REFUND)}
        signed = Signed("Refund", str(REFUND), data)
        assert trustly_verify(OUR_PUBLIC, "RS256", message["params"]["Signature"], signed)
        assert call.genuine is not None
        assert not call.genuine(self.taken)

    @pytest.mark.parametrize("code", ["ERROR_DUPLICATE_UUID", "ERROR_UNKNOWN"])
    def test_an_error_that_says_nothing_of_an_earlier_order_is_no_refusal(self, code: str) -> None:
        said = signed_answer("Refund", {"code": 1, "message": code}, "ref_1", error=True)
        assert self.refunds.parse_answer(said) == refunds.Unanswered()

    def test_a_refund_that_is_not_taken_is_refused(self) -> None:
        said = signed_answer("Refund", {"orderid": "4711", "result": "0"}, "ref_1")
        assert self.refunds.parse_answer(said) == refunds.Refused(code="refused")

    def test_why_a_refund_failed_moves_nothing_until_it_comes_back(self) -> None:
        assert self.read(self.notification("payoutfailed", errorcode="account_closed")).said == Nothing()

    def test_a_refund_of_no_order_or_no_amount_is_for_a_person(self) -> None:
        assert self.read(self.notification("payoutconfirmation", orderid="")).said == Unclear("reference_unreadable")
        assert self.read(self.notification("payoutconfirmation", amount="x")).said == Unclear("amount_unreadable")

    # --- the order

    def test_the_order_is_signed_and_carries_our_ids_and_the_payer(self) -> None:
        call = self.build()
        message = json.loads(call.body)
        data = message["params"]["Data"]
        assert (call.method, call.url, message["method"]) == ("POST", "https://api.trustly.com/api/1", "Deposit")
        assert (message["params"]["UUID"], call.key) == (UUID_OF_CALL, UUID_OF_CALL)
        assert (data["MessageID"], data["EndUserID"]) == (OURS.hex, str(PLAYER))
        assert data["NotificationURL"].endswith("/partner/payments/trustly/x/notifications")
        assert data["Attributes"] == {
            "Amount": "50.00", "Currency": "EUR", "ShopperStatement": "Deposit", "Firstname": "Steve",
            "Lastname": "Smith", "Email": "s@player.example", "Country": "SE", "Locale": "sv_SE",
            "SuccessURL": "https://c.example/back", "FailURL": "https://c.example/back",
        }  # fmt: skip
        signed = Signed("Deposit", UUID_OF_CALL, data)
        assert trustly_verify(OUR_PUBLIC, "RS256", message["params"]["Signature"], signed)

    def test_the_order_of_details_changes_no_byte(self) -> None:
        assert self.build(details=dict(reversed(PAYER.items()))) == self.build()

    @pytest.mark.parametrize("more", [{}, {"mobile_phone": "+46 709876543", "ip": "2001:db8::1", "national_id": "7-1"}])
    def test_who_pays_is_said_in_trustlys_words(self, more: dict[str, str]) -> None:
        self.flow.check_details({**PAYER, **more})

    @pytest.mark.parametrize(
        ("name", "value"),
        [("first_name", None), ("last_name", " "), ("email", "nobody"), ("country", "Sweden"), ("country", None),
         ("locale", "swedish"), ("locale", None), ("mobile_phone", "call me"), ("ip", "home"), ("iban", "SE1"),
         ("first_name", "a\nb"), ("national_id", "x" * 129)],
    )  # fmt: skip
    def test_a_payer_it_could_not_know_is_refused(self, name: str, value: str | None) -> None:
        details = {**PAYER, name: value} if value is not None else {k: v for k, v in PAYER.items() if k != name}
        with pytest.raises(Invalid) as refused:
            self.flow.check_details(details)
        assert refused.value.field == f"details.{name}"

    @pytest.mark.parametrize("currency", ["JPY", "BTC", "XXX"])
    def test_a_currency_it_does_not_take_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.flow.check_amount(100, currency)
        assert refused.value.field == "currency"

    # --- its answer

    def test_an_order_brings_the_page_on_which_the_player_pays(self) -> None:
        said = self.answered({"orderid": "4711", "url": PAGE})
        assert said == deposit.ActionNeeded(reference="4711", next_action=ACTION)

    @pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", 7])
    def test_a_page_that_is_none_is_not_shown(self, url: Any) -> None:
        said = self.answered({"orderid": 4711, "url": url})
        assert said == deposit.ActionNeeded(reference="4711", next_action=None)

    @pytest.mark.parametrize(
        ("message", "word"),
        [
            ("ERROR_INVALID_PARAMETERS", deposit.Declined(reference=None, code="error_invalid_parameters", final=True)),
            ("ERROR_ENDUSER_IS_BLOCKED", deposit.Declined(reference=None, code="error_enduser_is_blocked", final=True)),
            ("ERROR_INVALID_CREDENTIALS", deposit.Declined(reference=None, code="error_invalid_credentials")),
            ("ERROR_BRAND_NEW", deposit.Declined(reference=None, code="error_brand_new")),
            ("ERROR_DUPLICATE_UUID", deposit.Unanswered()),
            ("ERROR_UNKNOWN", deposit.Unanswered()),
            (None, deposit.Unanswered()),
        ],
    )
    def test_only_an_error_of_the_order_itself_ends_it(self, message: Any, word: Any) -> None:
        assert self.answered({"code": 620, "message": message}, error=True) == word

    def test_an_answer_that_is_not_trustlys_or_to_another_call_is_as_good_as_none(self) -> None:
        data, genuine = {"orderid": "4711", "url": PAGE}, self.build().genuine
        assert genuine(signed_answer("Deposit", data, UUID_OF_CALL))
        assert genuine(signed_answer("Deposit", {"message": "ERROR_UNKNOWN"}, UUID_OF_CALL, error=True))
        assert not genuine(signed_answer("Deposit", data, UUID_OF_CALL, key=OUR_PRIVATE))
        assert not genuine(signed_answer("Deposit", data, str(PLAYER)))
        assert not genuine(signed_answer("Refund", data, UUID_OF_CALL))
        assert not genuine(HttpAnswer(200, b"{}"))
        assert not genuine(HttpAnswer(200, b'{"result":{"data":' + b"[" * 40 + b"]" * 40 + b"}}"))

    def test_nobody_asks_trustly_about_a_deposit_and_nobody_but_the_player_ends_it(self) -> None:
        assert self.flow.build_question(self.account, OURS, None) == NotThere()
        assert self.flow.build_question(self.account, OURS, "4711") == NotThere()
        assert self.flow.build_cancel(self.account, OURS, "4711", 1) is None

    # --- notifications

    @pytest.mark.parametrize(
        ("method", "word"),
        [
            ("pending", deposit.Underway(reference="4711")),
            ("credit", deposit.Settled(reference="4711", amount_minor=50_00, currency="EUR", movement="n1")),
            ("cancel", deposit.Declined(reference="4711", code="cancelled", final=True)),
            (
                "debit",
                deposit.TakenBack(reference="4711", movement="n1", amount_minor=50_00, currency="EUR", code="debited"),
            ),
        ],
    )
    def test_notifications_are_mapped(self, method: str, word: deposit.DepositWord) -> None:
        back = refunds.Refused(code="credited_back") if method == "credit" else None
        assert self.read(self.notification(method)).said == AboutDeposit(deposit_id=OURS, word=word, refund=back)

    def test_news_about_the_account_has_no_consequence(self) -> None:
        assert self.read(self.notification("account")).said == Nothing()

    @pytest.mark.parametrize("method", ["pending", "credit", "cancel", "debit"])
    def test_what_names_no_order_of_theirs_is_for_a_person_to_see(self, method: str) -> None:
        assert self.read(self.notification(method, orderid=None)).said == Unclear("reference_unreadable")

    def test_what_has_no_number_cannot_count_once_and_is_for_a_person_to_see(self) -> None:
        unnumbered = self.read(self.notification("credit", notificationid=None))
        assert (unnumbered.id, unnumbered.said) == ("u1", Unclear("notification_unnumbered"))

    @pytest.mark.parametrize(("accepted", "status"), [(True, "OK"), (False, "FAILED")])
    def test_our_answer_is_signed(self, accepted: bool, status: str) -> None:
        notification = self.read(self.notification("credit"))
        answer = json.loads(self.provider.answer_notification(self.account, notification, accepted=accepted).body)
        result = answer["result"]
        assert (result["data"], result["method"]) == ({"status": status}, "credit")
        assert trustly_verify(OUR_PUBLIC, "RS256", result["signature"], Signed("credit", "u1", result["data"]))
