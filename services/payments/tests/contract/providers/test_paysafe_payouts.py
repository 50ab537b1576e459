"""Payouts through Paysafe: a handle, the credit that follows from it, and what is found under our reference."""

import json
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutFlow, PayoutOrder, ProviderAccount
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.registry import PROVIDERS

from .suite import OURS, PLAYER, REQUEST_ID
from .test_paysafe import API, answer

REF = str(OURS)


def handle(status: str = "PAYABLE", **fields: Any) -> dict[str, Any]:
    return {
        "id": "h1", "paymentHandleToken": "PH1", "merchantRefNum": REF, "amount": 50_00, "currencyCode": "EUR",
        "status": status, **fields,
    }  # fmt: skip


def credit(status: str = "COMPLETED", **fields: Any) -> dict[str, Any]:
    return {"id": "c1", "merchantRefNum": REF, "amount": 50_00, "currencyCode": "EUR", "status": status, **fields}


def found(handles: list[Any], made: list[Any]) -> HttpAnswer:
    return answer({"paymentHandles": handles}, also=answer({"standaloneCredits": made}))


class TestPaysafePayouts:
    """Payouts; its account and its notifications are tried with deposits."""

    provider = PROVIDERS["paysafe"]
    account = ProviderAccount(
        casino_id=UUID(int=7),
        provider="paysafe",
        enabled=True,
        currencies=frozenset({"EUR"}),
        settings={"base_url": "https://api.test.paysafe.com", "username": "casino"},
        secrets={"password": "api-password", "hmac_key": "key"},
    )

    @property
    def payouts(self) -> PayoutFlow:
        flow = self.provider.payouts
        assert flow is not None
        return flow

    def order(self) -> PayoutOrder:
        return PayoutOrder(
            withdrawal_id=OURS,
            request_id=REQUEST_ID,
            player_id=PLAYER,
            amount_minor=50_00,
            currency="EUR",
            destination={"method": "neteller", "consumer_id": "s@player.example"},
            notification_url="https://us.example/n",
        )

    def call(self) -> HttpCall:
        return self.payouts.build_call(self.account, self.order())

    def following(self, said: HttpAnswer) -> HttpCall | None:
        then = self.call().then
        assert then is not None
        return then(said)

    def said(self, one: HttpAnswer | None) -> Any:
        return self.payouts.parse_answer(self.account, self.order(), one)

    def asked(self, one: HttpAnswer | None) -> Any:
        return self.payouts.parse_question(self.account, self.order(), one)

    def test_the_order_is_a_handle_and_the_credit_that_follows_from_it(self) -> None:
        call = self.call()
        assert call == self.call()
        assert (call.method, call.url, call.key) == ("POST", f"{API}/paymenthandles", REF)
        assert json.loads(call.body) == {
            "merchantRefNum": REF, "transactionType": "STANDALONE_CREDIT", "amount": 50_00, "currencyCode": "EUR",
            "paymentType": "NETELLER", "neteller": {"consumerId": "s@player.example"},
        }  # fmt: skip
        then = self.following(answer(handle(), 201))
        assert then is not None
        assert (then.url, then.key) == (f"{API}/standalonecredits", REF)
        assert json.loads(then.body) == {
            "merchantRefNum": REF, "amount": 50_00, "currencyCode": "EUR", "paymentHandleToken": "PH1",
            "dupCheck": True,
        }  # fmt: skip

    def test_a_handle_that_is_there_already_is_found_and_used(self) -> None:
        look = self.following(answer({"error": {"code": "9999"}}, 409))
        assert look is not None
        assert look.method == "GET"
        assert look.then is not None
        refused = answer({"error": {"code": "9999"}}, 409)
        there = found([handle()], [])
        assert look.then(there) is not None
        assert look.then(found([handle()], [credit()])) is None
        assert self.said(answer({"paymentHandles": []}, also=answer({"standaloneCredits": []}), earlier=refused)) == (
            payout.Unanswered()
        )

    def test_a_handle_that_was_refused_is_looked_for_and_then_declines(self) -> None:
        refused = answer({"error": {"code": "5068"}}, 400)
        none = answer({"paymentHandles": []}, also=answer({"standaloneCredits": []}), earlier=refused)
        assert self.said(none) == payout.Declined(code="error_5068")

    def test_a_handle_is_no_payout(self) -> None:
        assert self.said(answer(handle(), 201)) == payout.Unanswered()
        assert self.said(answer(handle("FAILED"), 201)) == payout.Declined(code="handle_failed")

    @pytest.mark.parametrize(
        ("made", "word"),
        [
            (credit(), payout.Confirmed(amount_minor=50_00, currency="EUR", reference="c1")),
            (credit("PENDING"), payout.Taken(reference="c1")),
            (credit("BRAND_NEW"), payout.Taken(reference="c1")),
            (credit(amount="50"), payout.Taken(reference="c1")),
            (
                credit("FAILED"),
                payout.SentBack(amount_minor=50_00, currency="EUR", code="credit_failed", reference="c1"),
            ),
            (
                credit("CANCELLED"),
                payout.SentBack(amount_minor=50_00, currency="EUR", code="credit_cancelled", reference="c1"),
            ),
            (credit(merchantRefNum="another"), payout.Unanswered()),
            (credit(id=None), payout.Unanswered()),
        ],
    )
    def test_a_credit_is_read_the_same_when_it_is_made_and_when_it_is_found(self, made: Any, word: Any) -> None:
        assert self.said(answer(made, 201, earlier=answer(handle(), 201))) == word
        assert self.asked(found([handle("COMPLETED")], [made])) == word

    def test_a_refused_credit_declines_and_an_unknown_refusal_leaves_it_open(self) -> None:
        earlier = answer(handle(), 201)
        assert self.said(answer({"error": {"code": "3022"}}, 402, earlier=earlier)) == payout.Declined(
            code="error_3022"
        )
        assert self.said(answer({"error": {"code": "9999"}}, 409, earlier=earlier)) == payout.Unanswered()

    @pytest.mark.parametrize(
        ("handles", "word"),
        [
            ([], NotThere()),
            ([handle()], NotThere()),
            ([handle("COMPLETED")], payout.Unanswered()),
            ([handle("EXPIRED")], payout.Declined(code="expired")),
            ([handle(), handle()], payout.Unanswered()),
        ],
    )
    def test_without_a_credit_the_handle_tells_whether_there_can_be_one(self, handles: Any, word: Any) -> None:
        assert self.asked(found(handles, [])) == word

    def test_half_a_look_tells_nothing(self) -> None:
        assert self.asked(answer({"paymentHandles": []})) == payout.Unanswered()
        assert self.asked(None) == payout.Unanswered()

    @pytest.mark.parametrize(
        "destination",
        [{}, {"method": "skrill"}, {"method": "cash", "consumer_id": "a"}, {"method": "skrill", "consumer_id": " "},
         {"method": "skrill", "consumer_id": "a", "iban": "b"}],
    )  # fmt: skip
    def test_a_destination_that_cannot_be_paid_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.payouts.check_destination(destination)

    def test_staff_see_the_end_of_it(self) -> None:
        assert self.payouts.check_destination({"method": "skrill", "consumer_id": "s@player.example"}) == "****mple"
