"""Payouts through Praxis: asked for on its page, carried out or dropped by us, never twice."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.look_port import LookAtPayout, Told
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.application.request_port import NotYet, Over, Page, PageWish, Requested
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.praxis.payouts import PraxisPayouts
from payments.strategies.providers.registry import PROVIDERS

from .suite import NOW, OURS, PLAYER, QUICK, REQUEST_ID
from .test_praxis import API, AT, NOTIFY, SECRET, TestPraxis, sha384

ACCOUNT = ProviderAccount(
    casino_id=UUID(int=7),
    provider="praxis",
    enabled=True,
    currencies=frozenset({"EUR"}),
    settings=TestPraxis.settings,
    secrets=TestPraxis.secrets,
)
ORDER = PayoutOrder(
    withdrawal_id=OURS,
    request_id=REQUEST_ID,
    player_id=PLAYER,
    amount_minor=50_00,
    currency="EUR",
    destination={"request": "756850", "gateway": "gw-1"},
    notification_url=NOTIFY,
)
WISH = PageWish(
    withdrawal_id=OURS,
    player_id=PLAYER,
    amount_minor=50_00,
    currency="EUR",
    return_url="https://c.example/back",
    notification_url=NOTIFY,
)


def flow() -> PraxisPayouts:
    found = PROVIDERS["praxis"].payouts
    assert isinstance(found, PraxisPayouts)
    return found


def sent(call: HttpCall) -> tuple[dict[str, Any], str]:
    """What goes out at this moment, and its signature."""
    assert call.timed is not None
    now = call.timed(NOW)
    return json.loads(now.body), now.headers["GT-Authentication"]


def told(
    state: Any = "approved", *, intent: str = "withdrawal", earlier: HttpAnswer | None = None, **fields: Any
) -> HttpAnswer:
    """The answer that tells of a request of ours, or of what pays it."""
    session = {**TestPraxis.session(intent=intent, order_id=str(OURS)), **fields.pop("session", {})}
    transaction = TestPraxis.transaction(transaction_type="payout", transaction_status=state, **fields)
    answer = TestPraxis.answer(session=session, transaction=transaction if state is not None else None)
    return replace(answer, earlier=earlier)


REFUSED = TestPraxis.answer(400, description="Withdrawal request has been processed already.")
PAID = payout.Confirmed(amount_minor=50_00, currency="EUR", reference="756850")


# --- the page


def test_a_page_is_asked_for_with_our_ids_and_no_word_of_who_he_is() -> None:
    call = flow().build_page(ACCOUNT, replace(WISH, locale="en-GB"))
    body, signature = sent(call)
    assert (call.method, call.url, call.key) == ("POST", f"{API}/cashier/cashier", str(OURS))
    assert body == {
        "merchant_id": "API-Casino", "application_key": "casino.example", "intent": "withdrawal", "currency": "EUR",
        "amount": 5000, "cid": str(PLAYER), "order_id": str(OURS), "notification_url": NOTIFY,
        "return_url": "https://c.example/back", "locale": "en-GB", "version": "1.3", "timestamp": AT,
    }  # fmt: skip
    assert signature == sha384("API-Casino", "casino.example", AT, "withdrawal", PLAYER, OURS)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (TestPraxis.answer(redirect_url="https://cashier.example/x"), Page("https://cashier.example/x")),
        (TestPraxis.answer(redirect_url="javascript:alert(1)"), payout.Unanswered()),
        (TestPraxis.answer(), payout.Unanswered()),
        (TestPraxis.answer(401), payout.Declined(code="status_401")),
        (TestPraxis.answer(-1), payout.Unanswered()),
        (HttpAnswer(500, b"{}"), payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_only_a_page_is_one(answer: HttpAnswer | None, word: Any) -> None:
    assert flow().parse_page(answer) == word


# --- what he asked for


def test_a_request_is_read_whole_with_what_it_goes_to() -> None:
    wallet = {"wallet_token": "w-77", "account_identifier": "rich@player.example"}
    found = flow().parse_look(told("requested", wallet=wallet, session={"gateway": "gw-9"}))
    assert isinstance(found, Requested)
    assert (found.player_id, found.amount_minor, found.currency) == (PLAYER, 50_00, "EUR")
    assert found.destination == {"request": "756850", "gateway": "gw-9"}
    assert found.shown_as == "****mple"
    assert found.instrument is not None
    assert "gw-9" not in repr(found)


def test_of_a_card_no_more_is_shown_than_its_end() -> None:
    card = {"card_number": "411111******1111", "card_token": "c-1", "card_exp": "03/2030"}
    found = flow().parse_look(told("requested", card=card))
    assert isinstance(found, Requested)
    assert found.shown_as == "****1111"
    whole = flow().parse_look(told("requested", card={**card, "card_number": "4111111111111111"}))
    assert isinstance(whole, Requested)
    assert whole.shown_as == "****1111"
    assert "411111111111" not in str(whole.destination)


@pytest.mark.parametrize(
    "fields",
    [{"tid": None}, {"tid": "7"}, {"amount": 0}, {"amount": "x"}, {"currency": "XXX"}, {"session": {"cid": "7"}}],
)
def test_a_request_that_cannot_be_read_is_not_believed(fields: dict[str, Any]) -> None:
    assert flow().parse_look(told("requested", **fields)) == payout.Unanswered()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (told(None), NotYet()),
        (told("initialized"), NotYet()),
        (told(None, session={"session_status": "expired"}), Over(code="expired")),
        (told("cancelled"), Over(code="cancelled")),
        (told("rejected"), Over(code="rejected")),
        (told("pending"), Over(code="pending", carried_out=True)),
        (told("error"), Over(code="error", carried_out=True)),
        (told("teleported"), Over(code="teleported", carried_out=True)),
        (told("requested", intent="payment"), NotThere()),
        (TestPraxis.answer(400, description="Transaction not found!"), NotThere()),
        (TestPraxis.answer(400, description="Invalid signature."), payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_only_what_waits_for_us_is_a_request(answer: HttpAnswer | None, word: Any) -> None:
    assert flow().parse_look(answer) == word


# --- the order to pay, and the drop


@pytest.mark.parametrize("intent", ["complete-withdrawal-request", "cancel-withdrawal-request"])
def test_a_request_is_managed_under_its_own_id_and_signed(intent: str) -> None:
    complete = intent.startswith("complete")
    call = flow().build_call(ACCOUNT, ORDER) if complete else flow().build_drop(ACCOUNT, ORDER.destination)
    body, signature = sent(call)
    assert call.url == f"{API}/agent/manage-withdrawal-request"
    assert body == {
        "merchant_id": "API-Casino", "application_key": "casino.example", "intent": intent,
        "withdrawal_request_id": 756850, **({"gateway": "gw-1"} if complete else {}), "version": "1.3", "timestamp": AT,
    }  # fmt: skip
    assert signature == sha384("API-Casino", "casino.example", AT, intent, 756850)
    assert SECRET not in repr(call)


def test_the_gateway_is_the_requests_else_the_accounts_else_praxis_own() -> None:
    bare = replace(ORDER, destination={"request": "756850"})
    set_up = replace(ACCOUNT, settings={**ACCOUNT.settings, "payout_gateway": "gw-7"})
    PROVIDERS["praxis"].check_account(set_up.settings, set_up.secrets)
    assert sent(flow().build_call(set_up, bare))[0]["gateway"] == "gw-7"
    assert sent(flow().build_call(set_up, ORDER))[0]["gateway"] == "gw-1"
    assert "gateway" not in sent(flow().build_call(ACCOUNT, bare))[0]


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("approved", PAID),
        ("pending", payout.Taken(reference="756850")),
        ("pending_async", payout.Taken(reference="756850")),
        ("authorized", payout.Taken(reference="756850")),
        ("in progress", payout.Taken(reference="756850")),
        ("error", payout.Taken(reference="756850")),
        ("verification", payout.Taken(reference="756850")),
        ("teleported", payout.Taken(reference="756850")),
        *(
            (
                one,
                payout.SentBack(
                    amount_minor=50_00,
                    currency="EUR",
                    code=one,
                    reference="756850",
                    so_far=so_far,
                    by_player="cel" in one,
                ),
            )
            for so_far, states in (
                (False, ("rejected", "declined", "cancelled", "canceled")),
                (True, ("reversed", "chargeback")),
            )
            for one in states
        ),
    ],
)
def test_only_approved_is_paid_and_what_may_be_paid_is_under_way(state: str, word: Any) -> None:
    assert flow().parse_answer(ACCOUNT, ORDER, told(state)) == word
    assert flow().parse_question(ACCOUNT, ORDER, told(state)) == word
    if isinstance(word, payout.SentBack):
        assert state in PROVIDERS["praxis"].codes


@pytest.mark.parametrize("state", ["reversed", "chargeback"])
@pytest.mark.parametrize(
    ("fields", "minor", "currency"),
    [
        ({"processed_amount": 20_00}, 20_00, "EUR"),
        ({"charge_amount": 19_00, "charge_currency": "EUR"}, 19_00, "EUR"),
        ({"amount": 20_00, "processed_amount": None, "processed_currency": None}, 20_00, "EUR"),
        ({"currency": "USD", "amount": 20_00, "processed_amount": None, "processed_currency": None}, 20_00, "USD"),
        ({"processed_amount": "x"}, 0, "EUR"),
    ],
    ids=["processed", "charged", "its-own", "other-money", "unreadable"],
)
def test_what_came_back_is_what_praxis_says_of_it(
    state: str, fields: dict[str, Any], minor: int, currency: str
) -> None:
    back = payout.SentBack(amount_minor=minor, currency=currency, code=state, reference="756850", so_far=True)
    assert flow().parse_answer(ACCOUNT, ORDER, told(state, **fields)) == back
    assert flow().parse_question(ACCOUNT, ORDER, told(state, **fields)) == back


@pytest.mark.parametrize("state", ["rejected", "declined", "cancelled", "canceled"])
def test_of_what_was_never_paid_the_whole_is_his(state: str) -> None:
    whole = payout.SentBack(
        amount_minor=50_00, currency="EUR", code=state, reference="756850", by_player="cel" in state
    )
    assert flow().parse_question(ACCOUNT, ORDER, told(state, currency="USD", amount=20_00)) == whole


def test_while_it_waits_nobody_has_told_praxis_to_pay() -> None:
    assert flow().parse_question(ACCOUNT, ORDER, told("requested")) == NotThere()
    assert flow().parse_answer(ACCOUNT, ORDER, told("requested")) == payout.Unanswered()


def test_a_refusal_is_believed_only_where_the_request_waits_still() -> None:
    call = flow().build_call(ACCOUNT, ORDER)
    assert call == flow().build_call(ACCOUNT, ORDER)
    assert call.then is not None
    follow = call.then(REFUSED)
    assert follow is not None
    assert (follow.url, sent(follow)[0]["order_id"]) == (f"{API}/agent/find-order", str(OURS))
    assert call.then(replace(REFUSED, earlier=REFUSED)) is None
    assert call.then(told("pending")) is None
    said = flow().parse_answer
    assert said(ACCOUNT, ORDER, REFUSED) == payout.Unanswered()
    assert said(ACCOUNT, ORDER, told("requested", earlier=REFUSED)) == payout.Declined(code="status_400")
    assert said(ACCOUNT, ORDER, told("requested", tid=9, earlier=REFUSED)) == payout.Unanswered()
    assert said(ACCOUNT, ORDER, told("pending", earlier=REFUSED)) == payout.Taken(reference="756850")
    assert said(ACCOUNT, ORDER, told("approved", earlier=REFUSED)) == PAID
    elsewhere = told("approved", session={"order_id": str(PLAYER)}, earlier=REFUSED)
    assert said(ACCOUNT, ORDER, elsewhere) == payout.Unanswered()


@pytest.mark.parametrize(("reference", "path"), [(None, "find-order"), ("88", "find-transaction")])
def test_it_is_asked_about_by_its_own_id_once_that_is_known(reference: str | None, path: str) -> None:
    call = flow().build_question(ACCOUNT, ORDER, reference)
    assert call is not None
    assert (call.url, call.key) == (f"{API}/agent/{path}", None)
    assert sent(call)[1] == sha384("API-Casino", "casino.example", AT, reference or OURS)


def test_what_was_charged_counts() -> None:
    less = flow().parse_question(ACCOUNT, ORDER, told("approved", processed_amount=4880))
    assert less == replace(PAID, amount_minor=48_80)
    unreadable = flow().parse_question(ACCOUNT, ORDER, told("approved", processed_amount="x"))
    assert unreadable == payout.Taken(reference="756850")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (told("cancelled"), Over(code="cancelled")),
        (told("requested"), payout.Unanswered()),
        (REFUSED, payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_only_what_was_cancelled_is_dropped(answer: HttpAnswer | None, word: Any) -> None:
    assert flow().parse_drop(answer) == word


@QUICK
@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_no_rubbish_is_ever_more_than_no_answer(status: int, body: bytes) -> None:
    answer = HttpAnswer(status, body)
    said = (flow().parse_answer(ACCOUNT, ORDER, answer), flow().parse_question(ACCOUNT, ORDER, answer))
    assert {*said, flow().parse_page(answer), flow().parse_look(answer), flow().parse_drop(answer)} == {
        payout.Unanswered()
    }


# --- what is refused, and what is told


def test_no_destination_is_taken_from_anybody_but_praxis() -> None:
    with pytest.raises(Invalid):
        flow().check_destination({"request": "756850"})


@pytest.mark.parametrize("currency", ["KWD", "BTC", "XXX"])
def test_a_currency_without_an_exact_form_is_refused(currency: str) -> None:
    with pytest.raises(Invalid):
        flow().check_amount(1_000, currency)


@pytest.mark.parametrize("state", ["requested", "pending", "approved", "rejected", "error", "teleported"])
def test_whatever_is_told_of_a_payout_makes_us_ask(state: str) -> None:
    suite = TestPraxis()
    transaction = suite.transaction(transaction_type="payout", transaction_status=state)
    said = suite.read(suite.signed(suite.told(transaction, intent="withdrawal", order_id=str(OURS)))).said
    assert said == LookAtPayout(withdrawal_id=OURS, told=Told.DONE if state == "approved" else None)
