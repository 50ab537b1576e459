"""Hub88's wallet protocol: what is understood, what is not, and how we say so."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.games.tests.support import hub88 as other_side
from services.games.tests.support.facts import GAME, PLAYER, TOKEN, account, player

from contracts.money import EXPONENTS, MAX_MINOR
from games.application.wallet_calls import CallRefused, Verdict, WalletAnswer, WalletCall
from games.strategies.suppliers.hub88 import Hub88
from games.strategies.suppliers.hub88.desk import Hub88Desk, refusal
from games.strategies.suppliers.hub88.words import STATUS

SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "hub88_samples.json").read_text(encoding="utf-8")
)
DESK: Hub88Desk = Hub88().desk(account(settings=other_side.settings()))
OPERATIONS = sorted(Hub88.operations)
WRONG_NUMBERS_AND_FLAGS: list[tuple[str, Any]] = [
    *[("amount", wrong) for wrong in ("100000", 100000.0, 1e5, True, None, list[int]())],
    *[("is_free", wrong) for wrong in ("false", 0, 1, None)],
    *[("round_closed", wrong) for wrong in ("true", 1)],
    *[("is_supplier_promo", wrong) for wrong in ("true", 1)],
]


def read(operation: str, body: bytes, owner: str = "hub88") -> WalletCall:
    return DESK.read(operation, [(b"x-hub88-signature", other_side.sign(body, owner).encode())], body)


def refused(operation: str, body: bytes) -> Verdict:
    with pytest.raises(CallRefused) as caught:
        read(operation, body)
    return caught.value.verdict


def test_the_published_bet_is_understood() -> None:
    whole_cents = {**SAMPLES["bet"], "amount": 100_000}
    call = read("transaction/bet", json.dumps(whole_cents).encode())
    assert (call.kind, call.user, call.token) == ("bet", "john12345", "55b7518e-b89e-11e7-81be-58404eea6d16")
    assert call.transaction == "16d2dcfe-b89e-11e7-854a-58404eea6d16"
    assert (call.round_ref, call.game_code, call.currency) == ("rNEMwgzJAOZ6eR3V", "clt_dragonrising", "EUR")
    assert (call.free, call.round_closed, call.stale_session_allowed) == (False, False, False)


def test_the_published_bets_half_cent_cannot_be_taken() -> None:
    assert SAMPLES["bet"]["amount"] == 100_500
    assert refused("transaction/bet", json.dumps(SAMPLES["bet"]).encode()) == Verdict.WRONG_SYNTAX


def test_the_published_answer_is_what_we_say() -> None:
    expected = SAMPLES["balance_response"]
    call = WalletCall(kind="balance", user=expected["user"], echo=expected["request_uuid"])
    assert json.loads(DESK.word(call, WalletAnswer(Verdict.OK, 100, "USD"))) == {**expected, "balance": 100_000}


@pytest.mark.parametrize("sample", ["bet_request_2019", "rollback_request_2019"])
def test_bodies_of_2019_lack_fields_that_are_required_today(sample: str) -> None:
    operation = "transaction/" + sample.split("_", 1)[0]
    assert refused(operation, json.dumps(SAMPLES[sample]).encode()) == Verdict.WRONG_SYNTAX


def test_a_bet_and_a_win_draw_from_one_series_and_a_rollback_from_its_own() -> None:
    bet = read("transaction/bet", other_side.body("transaction/bet"))
    win = read("transaction/win", other_side.body("transaction/win"))
    rollback = read("transaction/rollback", other_side.body("transaction/rollback"))
    assert bet.series == win.series == win.reference_series == rollback.reference_series == "play"
    assert rollback.series == "rollback"


def test_a_win_names_its_bet_unless_the_supplier_promotes() -> None:
    assert read("transaction/win", other_side.body("transaction/win")).requires_reference
    without = other_side.body("transaction/win", reference_transaction_uuid=...)
    assert refused("transaction/win", without) == Verdict.WRONG_SYNTAX
    promo = read(
        "transaction/win",
        other_side.body("transaction/win", reference_transaction_uuid=..., is_supplier_promo=True),
    )
    assert (promo.requires_reference, promo.free, promo.stale_session_allowed) == (False, True, True)


def test_a_suppliers_promotion_is_free_and_may_be_late() -> None:
    promo = read("transaction/bet", other_side.body("transaction/bet", is_supplier_promo=True))
    assert (promo.free, promo.stale_session_allowed) == (True, True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_fields_we_do_not_know_are_not_refused(operation: str) -> None:
    call = read(operation, other_side.body(operation, meta={"deep": [{"er": 1}]}, reward_uuid=None, is_billable=True))
    assert call.user == str(PLAYER)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_required_field_is_missed(operation: str) -> None:
    optional = {"round_closed", "is_supplier_promo", "bet"}
    for name in other_side.document(operation):
        body = other_side.body(operation, **{name: ...})
        if name in optional:
            read(operation, body)
        else:
            assert refused(operation, body) == Verdict.WRONG_SYNTAX, name


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("wrong", [17, 1.5, True, None, [], {}, ["x"]])
def test_every_text_of_another_type_is_a_wrong_type(operation: str, wrong: Any) -> None:
    for name, value in other_side.document(operation).items():
        if not isinstance(value, str) or name == "bet":
            continue
        if operation == "transaction/win" and name == "reference_transaction_uuid" and wrong is None:
            continue
        assert refused(operation, other_side.body(operation, **{name: wrong})) == Verdict.WRONG_TYPES, name


@pytest.mark.parametrize("operation", ["transaction/bet", "transaction/win"])
@pytest.mark.parametrize(("name", "wrong"), WRONG_NUMBERS_AND_FLAGS)
def test_numbers_and_flags_of_another_type_are_wrong_types(operation: str, name: str, wrong: Any) -> None:
    assert refused(operation, other_side.body(operation, **{name: wrong})) == Verdict.WRONG_TYPES


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("wrong", ["", "x" * 256, "a\x00b"])
def test_empty_endless_and_unstorable_texts_are_wrong_syntax(operation: str, wrong: str) -> None:
    for name, value in other_side.document(operation).items():
        if isinstance(value, str) and name != "bet":
            assert refused(operation, other_side.body(operation, **{name: wrong})) == Verdict.WRONG_SYNTAX, name


def test_a_nul_where_nobody_looks_harms_nobody() -> None:
    assert read("transaction/bet", other_side.body("transaction/bet", meta={"note": "\x00"})).kind == "bet"


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nul", b'{"user":NaN}', b"\xef\xbb\xbf{}", b'{"user":"\xff\xfe"}', b"{} {}", b'{"user":"\\ud800"}'],
)
def test_what_is_no_json_is_wrong_syntax(operation: str, body: bytes) -> None:
    assert refused(operation, body) == Verdict.WRONG_SYNTAX


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_a_wrong_type(body: bytes) -> None:
    assert refused("transaction/bet", body) == Verdict.WRONG_TYPES


@pytest.mark.parametrize("operation", OPERATIONS)
def test_lone_surrogates_are_refused(operation: str) -> None:
    body = other_side.body(operation).replace(b'"request_uuid": "', b'"request_uuid": "\\ud800', 1)
    assert refused(operation, body) in (Verdict.WRONG_SYNTAX, Verdict.WRONG_TYPES)


def test_deep_nesting_is_wrong_syntax() -> None:
    deep = b'{"meta":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    assert refused("transaction/bet", deep) == Verdict.WRONG_SYNTAX


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (356_000, "EUR", 356),
        (0, "EUR", 0),
        (1_000, "EUR", 1),
        (100_000, "JPY", 1),
        (100, "KWD", 1),
        (1, "BTC", 1000),
        (MAX_MINOR * 1000, "EUR", MAX_MINOR),
    ],
)
def test_amounts_are_taken_over_exactly(amount: int, currency: str, minor: int) -> None:
    call = read("transaction/bet", other_side.body("transaction/bet", amount=amount, currency=currency))
    assert call.amount_minor == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (1, "EUR"),
        (999, "EUR"),
        (100_500, "EUR"),
        (50_000, "JPY"),
        (99, "KWD"),
        (-1_000, "EUR"),
        ((MAX_MINOR + 1) * 1000, "EUR"),
        (2**63, "EUR"),
        (10**40, "EUR"),
    ],
)
def test_an_amount_that_is_not_exact_or_out_of_range_is_wrong_syntax(amount: int, currency: str) -> None:
    body = other_side.body("transaction/bet", amount=amount, currency=currency)
    assert refused("transaction/bet", body) == Verdict.WRONG_SYNTAX


def test_a_number_nobody_can_hold_is_wrong_syntax() -> None:
    body = other_side.body("transaction/bet", amount=0).replace(b'"amount": 0', b'"amount": ' + b"9" * 6000)
    assert refused("transaction/bet", body) == Verdict.WRONG_SYNTAX


@pytest.mark.parametrize("currency", ["XXX", "eur", "EURO", "E"])
def test_a_currency_nobody_here_has_is_the_wrong_currency(currency: str) -> None:
    assert refused("transaction/bet", other_side.body("transaction/bet", currency=currency)) == Verdict.WRONG_CURRENCY


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(min_value=0, max_value=10**9))
def test_what_we_say_a_balance_is_can_be_bet(currency: str, minor: int) -> None:
    call = WalletCall(kind="balance", user="u", echo="e")
    said = json.loads(DESK.word(call, WalletAnswer(Verdict.OK, minor, currency)))["balance"]
    exact = minor * 100_000 / 10 ** EXPONENTS[currency]
    assert exact - 1 < said <= exact


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_hub88s_word(verdict: Verdict) -> None:
    call = WalletCall(kind="bet", user="u", echo="e")
    answer = json.loads(DESK.word(call, WalletAnswer(verdict)))
    assert answer == {"user": "u", "status": STATUS[verdict], "request_uuid": "e"}
    assert answer["status"].startswith("RS_")


def test_the_words_are_those_of_the_protocol() -> None:
    assert set(STATUS.values()) == {
        "RS_OK",
        "RS_ERROR_UNKNOWN",
        "RS_ERROR_INVALID_PARTNER",
        "RS_ERROR_INVALID_TOKEN",
        "RS_ERROR_INVALID_GAME",
        "RS_ERROR_WRONG_CURRENCY",
        "RS_ERROR_NOT_ENOUGH_MONEY",
        "RS_ERROR_USER_DISABLED",
        "RS_ERROR_INVALID_SIGNATURE",
        "RS_ERROR_TOKEN_EXPIRED",
        "RS_ERROR_WRONG_SYNTAX",
        "RS_ERROR_WRONG_TYPES",
        "RS_ERROR_DUPLICATE_TRANSACTION",
        "RS_ERROR_TRANSACTION_DOES_NOT_EXIST",
        "RS_ERROR_TRANSACTION_ROLLED_BACK",
        "RS_ERROR_LIMIT_REACHED",
    }


def test_too_little_money_comes_with_the_real_balance() -> None:
    call = WalletCall(kind="bet", user="u", echo="e")
    answer = json.loads(DESK.word(call, WalletAnswer(Verdict.INSUFFICIENT_FUNDS, 356, "EUR")))
    assert answer["status"] == "RS_ERROR_NOT_ENOUGH_MONEY"
    assert (answer["balance"], answer["currency"]) == (356_000, "EUR")


def test_info_tells_where_a_player_lives_and_plays() -> None:
    call = WalletCall(kind="info", user=str(PLAYER), echo="e")
    answer = json.loads(DESK.word(call, WalletAnswer(Verdict.OK, player=player(), jurisdiction="MT")))
    assert answer == {
        "user": str(PLAYER),
        "status": "RS_OK",
        "request_uuid": "e",
        "country": "MT",
        "jurisdiction": "MT",
        "registration_date": "2026-04-01",
    }


@pytest.mark.parametrize(
    ("body", "echoed"),
    [
        (b'{"user":"john","request_uuid":"r-1","amount":"x"}', ("john", "r-1")),
        (b'{"user":7,"request_uuid":"r-1"}', ("", "")),
        (b'{"request_uuid":"r-1"}', ("", "r-1")),
        (b"not json", ("", "")),
        (b"[" * 30_000, ("", "")),
        (b'{"user":"\xff"}', ("", "")),
        (json.dumps({"user": "u" * 400}).encode(), ("u" * 255, "")),
    ],
)
def test_a_refusal_repeats_what_it_could_read(body: bytes, echoed: tuple[str, str]) -> None:
    answer = json.loads(refusal(body, Verdict.WRONG_SYNTAX))
    assert (answer["user"], answer["request_uuid"]) == echoed
    assert answer["status"] == "RS_ERROR_WRONG_SYNTAX"


def test_the_token_and_the_game_travel_with_every_call_but_info() -> None:
    for operation in OPERATIONS:
        call = read(operation, other_side.body(operation))
        assert (call.token, call.game_code) == (("", "") if operation == "user/info" else (TOKEN, GAME))
