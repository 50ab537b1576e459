"""Payouts through PaymentIQ on our word: what we ask for, what an answer decides, and how an order is known again."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, PayoutOrder
from payments.domain.instrument.words import Kind
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.paymentiq.orders import mark, order_marked
from payments.strategies.providers.paymentiq.payouts import PaymentIQPayouts
from payments.strategies.providers.registry import PROVIDERS

from .suite import OURS, PLAYER, QUICK, REQUEST_ID
from .test_paymentiq import ACCOUNT, OTHER_SECRET, SECRET, answered, message, read

DESTINATION = {"service": "neteller", "account_id": "8d2f-77aa"}
ORDER = PayoutOrder(
    withdrawal_id=OURS,
    request_id=REQUEST_ID,
    player_id=PLAYER,
    amount_minor=50_00,
    currency="EUR",
    destination=DESTINATION,
    notification_url="",
)
MARK = mark(SECRET, ACCOUNT.casino_id, OURS)


def flow() -> PaymentIQPayouts:
    found = PROVIDERS["paymentiq"].payouts
    assert isinstance(found, PaymentIQPayouts)
    return found


def told(status: int = 200, **body: Any) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(body).encode())


def test_an_order_names_the_player_the_account_and_itself() -> None:
    call = flow().build_call(ACCOUNT, ORDER)
    assert call == flow().build_call(ACCOUNT, ORDER)
    assert (call.method, call.key) == ("POST", str(REQUEST_ID))
    assert call.url == "https://test-api.paymentiq.io/paymentiq/api/neteller/withdrawal/process"
    assert json.loads(call.body) == {
        "sessionId": MARK, "userId": str(PLAYER), "merchantId": "100204999", "amount": "50.00",
        "accountId": "8d2f-77aa", "attributes": {"merchantTxId": MARK},
    }  # fmt: skip
    assert SECRET not in repr(call) + call.body.decode()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (told(success=True, txId="t-1", txState="SUCCESSFUL"), payout.Taken(reference="t-1")),
        (told(success=True, txId="t-1", txState="WAITING_APPROVAL"), payout.Taken(reference="t-1")),
        (told(success=True), payout.Unanswered()),
        (told(success=False, txId="t-1", errors=[]), payout.Unanswered()),
        (
            told(success=False, errors=[{"key": "ACCOUNT_UNKNOWN"}]),
            payout.Declined(code="account_unknown", for_all=True),
        ),
        (told(400, success=False, errors=[{"key": "ERR"}]), payout.Declined(code="err", for_all=True)),
        (told(success=False, errors=[{"key": "an odd one, honestly"}]), payout.Declined(code="refused", for_all=True)),
        (told(success=False, errors=[]), payout.Declined(code="refused", for_all=True)),
        (told(success=False), payout.Unanswered()),
        (told(success="false", errors=[]), payout.Unanswered()),
        (told(500, success=False, errors=[]), payout.Unanswered()),
        (told(201, success=True, txId="t-1"), payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_a_no_counts_only_where_there_is_no_transaction(answer: HttpAnswer | None, word: Any) -> None:
    assert flow().parse_answer(ACCOUNT, ORDER, answer) == word


@QUICK
@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_no_rubbish_is_ever_an_answer(status: int, body: bytes) -> None:
    assert flow().parse_answer(ACCOUNT, ORDER, HttpAnswer(status, body)) == payout.Unanswered()


def test_the_same_order_is_the_question() -> None:
    assert flow().build_question(ACCOUNT, ORDER, "t-1") is None


@pytest.mark.parametrize(
    "change",
    [{"service": "../x"}, {"service": "N"}, {"account_id": "a b c d"}, {"account_id": "abc"}, {"iban": "x"},
     {"account_id": "x" * 65}],
)  # fmt: skip
def test_a_destination_that_is_none_is_refused(change: dict[str, str]) -> None:
    assert flow().check_destination(DESTINATION) == "****7aa"
    with pytest.raises(Invalid):
        flow().check_destination({**DESTINATION, **change})


def test_an_account_is_the_same_instrument_as_in_its_cashier() -> None:
    paid_to = flow().instrument_of(DESTINATION)
    told_of = read(message(accountId="8d2f-77aa")).movement.instrument
    assert paid_to is not None
    assert paid_to.identity == told_of.identity
    assert paid_to.kind is Kind.WALLET


@pytest.mark.parametrize("currency", ["BTC", "XXX"])
def test_a_currency_it_does_not_deal_in_is_refused(currency: str) -> None:
    with pytest.raises(Invalid):
        flow().check_amount(1_000, currency)


# --- how an order is known again


def test_only_our_mark_of_this_casino_is_one() -> None:
    assert order_marked([SECRET], ACCOUNT.casino_id, MARK) == OURS
    assert order_marked([OTHER_SECRET, SECRET], ACCOUNT.casino_id, MARK) == OURS
    for other in (
        str(OURS),
        f"{OURS}.",
        mark(OTHER_SECRET, ACCOUNT.casino_id, OURS),
        mark(SECRET, PLAYER, OURS),
        7,
        None,
    ):
        assert order_marked([SECRET], ACCOUNT.casino_id, other) is None


@given(place=st.integers(0, 68), bit=st.integers(0, 6))
def test_any_flipped_bit_of_a_mark_is_refused(place: int, bit: int) -> None:
    flipped = bytearray(MARK.encode())
    flipped[place] ^= 1 << bit
    named = order_marked([SECRET], ACCOUNT.casino_id, flipped.decode())
    assert named is None or flipped.decode().lower() == MARK


def test_each_step_of_an_order_is_known_as_its_own() -> None:
    user = {"userId": str(PLAYER), "sessionId": MARK}
    call = read(user, step="verifyuser")
    assert call.order == OURS
    yes = answered(call, balance_minor=0, currency="EUR")
    assert yes["attributes"] == {"merchantTxId": MARK}
    marked = message(attributes={"merchantTxId": MARK})
    assert read(marked).movement.order == OURS
    code = message(authCode=str(OURS))
    assert [read(code, step=one).movement.order for one in ("transfer", "cancel")] == [OURS, OURS]
    assert read(code).movement.order is None, "what we said yes to proves nothing before we did"


def test_what_a_player_begins_there_is_no_order() -> None:
    assert read({"userId": str(PLAYER), "sessionId": "s"}, step="verifyuser").order is None
    for attributes in (None, {}, {"merchantTxId": str(OURS)}, {"merchantTxId": 7}, "x", {"merchantTxId": f"{OURS}.0"}):
        assert read(message(attributes=attributes)).movement.order is None
    assert "attributes" not in answered(
        read({"userId": str(PLAYER), "sessionId": "s"}, step="verifyuser"), currency="EUR"
    )


def test_an_order_goes_out_with_the_newest_secret() -> None:
    account = replace(ACCOUNT, secrets={"signing_secret": OTHER_SECRET, "previous_signing_secret": SECRET})
    assert json.loads(flow().build_call(account, ORDER).body)["sessionId"] == mark(
        OTHER_SECRET, ACCOUNT.casino_id, UUID(str(OURS))
    )
