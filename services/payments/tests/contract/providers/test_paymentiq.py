"""PaymentIQ's protocol: who may call, what a call says, and how it is answered."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.inverted import InvertedCashier, Verdict
from payments.application.ports import NotGenuine, ProviderAccount
from payments.strategies.providers.paymentiq.messages import amount_of
from payments.strategies.providers.paymentiq.signature import TOLERANCE_S, sign
from payments.strategies.providers.registry import CASHIERS, PROVIDERS

from .suite import NOW, OURS, PLAYER, QUICK, flips

SECRET, OTHER_SECRET = "shared-with-the-proxy", "of-somebody-else-who"
SETTINGS = {
    "base_url": "https://test-api.paymentiq.io",
    "merchant_id": "100204999",
    "allowed_networks": "192.0.2.0/24, 2001:db8::/32",
}
ACCOUNT = ProviderAccount(
    casino_id=UUID(int=7),
    provider="paymentiq",
    enabled=True,
    currencies=frozenset({"EUR"}),
    settings=SETTINGS,
    secrets={"signing_secret": SECRET},
)
FROM = "192.0.2.7"
AT = int(NOW.timestamp())


def cashier() -> InvertedCashier:
    return CASHIERS["paymentiq"]


def message(**fields: Any) -> dict[str, Any]:
    """Field names as public implementations of our side have them."""
    return {
        "userId": str(PLAYER), "authCode": "1", "txAmount": -60, "txAmountCy": "EUR", "txPspAmount": "60",
        "txPspAmountCy": "EUR", "fee": "0.50", "feeCy": "EUR", "txId": "1", "txTypeId": 101,
        "txName": "NetellerWithdrawal", "provider": "Neteller", "txRefId": "100019999A26720", "pspRefId": "x",
        "accountHolder": "A B", "maskedAccount": "s****@player.example", **fields,
    }  # fmt: skip


def read(body: Any, step: Any = "authorize", ip: str | None = FROM, header: str | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = sign(SECRET, AT, ACCOUNT.casino_id, step, raw) if header is None else header
    return cashier().read_call(ACCOUNT, step, raw, {"x-signature": signature}, ip, NOW)


def answered(call: Any, **verdict: Any) -> dict[str, Any]:
    return dict(json.loads(cashier().answer_call(call, Verdict(**verdict)).body))


# --- who may call


def test_it_has_an_account_and_begins_no_deposit() -> None:
    provider = PROVIDERS["paymentiq"]
    provider.check_account(SETTINGS, {"signing_secret": SECRET})
    assert provider.deposits is None
    with pytest.raises(NotGenuine):
        provider.read_notification(ACCOUNT, b"{}", {}, NOW)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("settings", "base_url", "x"), ("settings", "merchant_id", ""), ("settings", "allowed_networks", ""),
     ("settings", "allowed_networks", "home"), ("settings", "allowed_networks", "0.0.0.0/0"),
     ("settings", "colour", "red"), ("secrets", "signing_secret", "short"), ("secrets", "colour", "red"),
     ("secrets", "previous_signing_secret", "short")],
)  # fmt: skip
def test_an_account_that_anybody_could_call_is_refused(part: str, name: str, value: str) -> None:
    given: dict[str, dict[str, Any]] = {"settings": {**SETTINGS}, "secrets": {"signing_secret": SECRET}}
    given[part][name] = value
    with pytest.raises(Invalid) as refused:
        PROVIDERS["paymentiq"].check_account(given["settings"], given["secrets"])
    assert refused.value.field == f"{part}.{name}"


@pytest.mark.parametrize("ip", [None, "203.0.113.7", "nonsense", "::1"])
def test_a_call_from_elsewhere_is_not_heard(ip: str | None) -> None:
    with pytest.raises(NotGenuine):
        read(message(), ip=ip)


@pytest.mark.parametrize("seconds", [-TOLERANCE_S - 1, TOLERANCE_S + 1])
def test_a_call_of_long_ago_or_of_the_future_is_not_heard(seconds: int) -> None:
    raw = json.dumps(message()).encode()
    header = sign(SECRET, AT, ACCOUNT.casino_id, "authorize", raw)
    later = NOW + timedelta(seconds=seconds)
    with pytest.raises(NotGenuine):
        cashier().read_call(ACCOUNT, "authorize", raw, {"x-signature": header}, FROM, later)


def test_a_signature_is_for_one_casino_one_step_one_body_and_one_secret() -> None:
    raw, other = json.dumps(message()).encode(), json.dumps(message(txAmount=-61)).encode()
    for header in (
        sign(SECRET, AT, OURS, "authorize", raw),
        sign(SECRET, AT, ACCOUNT.casino_id, "transfer", raw),
        sign(SECRET, AT, ACCOUNT.casino_id, "authorize", other),
        sign(OTHER_SECRET, AT, ACCOUNT.casino_id, "authorize", raw),
        "",
        "t=1",
    ):
        with pytest.raises(NotGenuine):
            read(raw, header=header)


def test_any_flipped_bit_is_refused() -> None:
    raw = json.dumps(message()).encode()
    for body, header in flips(raw, sign(SECRET, AT, ACCOUNT.casino_id, "authorize", raw)):
        with pytest.raises(NotGenuine):
            read(body, header=header)


def test_a_previous_secret_is_believed_while_a_new_one_spreads() -> None:
    raw = json.dumps(message()).encode()
    header = {"x-signature": sign(OTHER_SECRET, AT, ACCOUNT.casino_id, "authorize", raw)}
    account = replace(ACCOUNT, secrets={"signing_secret": SECRET, "previous_signing_secret": OTHER_SECRET})
    assert cashier().read_call(account, "authorize", raw, header, FROM, NOW).player_id == PLAYER


@QUICK
@given(raw=st.binary(max_size=200))
def test_whatever_is_signed_is_read_without_falling_over(raw: bytes) -> None:
    assert read(raw).problem is not None


# --- what it says


def test_a_withdrawal_is_read_with_its_amount_and_without_its_holder() -> None:
    call = read(message())
    assert (call.player_id, call.problem) == (PLAYER, None)
    movement = call.movement
    assert (movement.tx_id, movement.out, movement.amount_minor, movement.currency) == ("1", True, 60_00, "EUR")
    assert (movement.shown_as, movement.facts["psp"], movement.facts["fee"]) == ("****mple", "Neteller", "0.50")
    assert "A B" not in repr(call)


def test_a_deposit_is_told_by_its_sign() -> None:
    assert not read(message(txAmount=60)).movement.out


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "cancelled"), ({"statusCode": "DECLINED"}, "declined"), ({"statusCode": "A", "pspStatusCode": "05"}, "05"),
     ({"statusCode": "no such code, honestly"}, "cancelled"), ({"statusCode": 7}, "7")],
)  # fmt: skip
def test_a_cancellation_brings_its_code(fields: dict[str, Any], code: str) -> None:
    assert read(message(**fields), step="cancel").movement.code == code


@pytest.mark.parametrize(
    "fields",
    [{"txAmount": 0}, {"txAmount": None}, {"txAmount": "1e3"}, {"txAmount": 1.001}, {"txAmount": 10**17},
     {"txAmount": True}, {"txAmountCy": None}, {"txAmountCy": "XXX"}, {"txId": None}, {"txId": ""}, {"txId": "a:b"},
     {"txId": "a b"}, {"txId": "x" * 81}],
)  # fmt: skip
def test_money_that_cannot_be_read_is_no_movement(fields: dict[str, Any]) -> None:
    assert read(message(**fields)).problem == "amount_unreadable"


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("60", "EUR", 60_00), ("-60.5", "EUR", -60_50), ("60.000", "EUR", 60_00), ("500.0", "JPY", 500),
     ("1.234", "KWD", 1_234), ("0.1", "JPY", None), ("0.001", "EUR", None), ("+1", "EUR", None), ("1.", "EUR", None)],
)  # fmt: skip
def test_amounts_are_read_in_major_units_exactly(value: str, currency: str, minor: int | None) -> None:
    assert amount_of(value, currency) == minor


@pytest.mark.parametrize("user", [None, "", "demoUser", 7])
def test_a_user_of_nobody_is_nobody(user: Any) -> None:
    assert read(message(userId=user)).player_id is None
    assert read({"userId": user, "sessionId": "s"}, step="verifyuser").player_id is None


def test_a_session_is_passed_on_and_not_shown() -> None:
    call = read({"userId": str(PLAYER), "sessionId": "proof"}, step="verifyuser")
    assert (call.session, call.movement) == ("proof", None)
    assert "proof" not in repr(call)


@pytest.mark.parametrize("currency", ["BTC", "XXX"])
def test_a_currency_it_does_not_deal_in_is_refused(currency: str) -> None:
    with pytest.raises(Invalid):
        cashier().check_currency(currency)


# --- how it is answered


def test_who_he_is_is_answered_with_what_we_know_and_nothing_else() -> None:
    call = read({"userId": str(PLAYER), "sessionId": "s"}, step="verifyuser")
    profile = {"first_name": "Sam", "dob": "1990-01-01", "country": "MT", "locale": "en_GB"}
    told = answered(call, profile=profile, balance_minor=1_234, currency="EUR", verified=True)
    assert told == {
        "success": True, "userId": str(PLAYER), "country": "MT", "locale": "en_GB", "kycStatus": "Approved",
        "balance": 12.34, "balanceCy": "EUR",
    }  # fmt: skip


def test_a_yes_names_our_transaction() -> None:
    yes = {"success": True, "userId": str(PLAYER), "txId": "1", "merchantTxId": str(OURS)}
    assert answered(read(message()), reference=OURS) == {**yes, "authCode": str(OURS)}
    assert answered(read(message(), step="transfer"), reference=OURS) == yes
    assert answered(read(message(), step="cancel"), reference=OURS) == yes


@pytest.mark.parametrize(("code", "number"), [("insufficient_funds", 402), ("player_unknown", 404), ("brand_new", 400)])
def test_a_no_says_why(code: str, number: int) -> None:
    no = {"success": False, "userId": str(PLAYER), "errCode": number, "errMsg": code}
    assert answered(read(message()), refused=code) == no
