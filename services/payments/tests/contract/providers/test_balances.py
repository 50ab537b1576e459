"""What providers that pay out say they hold, as each of them writes it; what cannot be read is not believed."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from payments.application.floats.ports import Balances, TellsBalance
from payments.application.ports import HttpAnswer, ProviderAccount
from payments.domain.withdrawal.words import Unanswered
from payments.strategies.providers.registry import PROVIDERS

from .suite import OUR_PRIVATE, THEIR_PUBLIC
from .trustly_wire import signed_answer

QUESTION = UUID("018f3a5e-7c1d-7000-8000-000000000009")
SETTINGS: dict[str, dict[str, Any]] = {
    "adyen_transfers": {"base_url": "https://balanceplatform-api-test.adyen.com", "balance_account": "BA1"},
    "truelayer": {
        "base_url": "https://api.truelayer.com", "auth_url": "https://auth.truelayer.com", "client_id": "us",
        "merchant_account_eur": "m-eur", "merchant_account_gbp": "m-gbp",
    },
    "trustly": {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC},
}  # fmt: skip
SECRETS = {"api_key": "key", "client_secret": "secret", "password": "hunter22hunter22", "private_key": OUR_PRIVATE}


def account(name: str) -> ProviderAccount:
    return ProviderAccount(
        casino_id=uuid4(),
        provider=name,
        enabled=True,
        currencies=frozenset({"EUR"}),
        settings=SETTINGS[name],
        secrets=SECRETS,
    )


def flow(name: str) -> TellsBalance:
    found: object = PROVIDERS[name].payouts
    assert isinstance(found, TellsBalance)
    return found


def told(name: str, body: Any, status: int = 200) -> Balances | Unanswered:
    return flow(name).parse_balance(account(name), QUESTION, HttpAnswer(status, json.dumps(body).encode()))


def trustly(data: Any, uuid: UUID = QUESTION) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(signed_answer("Balance", data, str(uuid)).body)
    return found


def of_adyen(*balances: Any, account_id: str = "BA1") -> dict[str, Any]:
    return {"id": account_id, "balances": list(balances)}


def test_exactly_these_can_be_asked() -> None:
    assert {name for name, one in PROVIDERS.items() if isinstance(one.payouts, TellsBalance)} == set(SETTINGS)


def test_where_they_are_asked() -> None:
    asked = {name: flow(name).build_balance(account(name), QUESTION) for name in SETTINGS}
    assert {name: (one.method, one.url, one.key) for name, one in asked.items()} == {
        "adyen_transfers": ("GET", "https://balanceplatform-api-test.adyen.com/bcl/v2/balanceAccounts/BA1", None),
        "truelayer": ("GET", "https://api.truelayer.com/v3/merchant-accounts", None),
        "trustly": ("POST", "https://test.trustly.com/api/1", str(QUESTION)),
    }
    message = json.loads(asked["trustly"].body)
    assert (message["method"], message["params"]["UUID"]) == ("Balance", str(QUESTION))
    assert message["params"]["Data"] == {"Username": "casino", "Password": "hunter22hunter22"}


READ = [
    ("trustly", trustly([{"currency": "EUR", "balance": "10.83"}, {"currency": "SEK", "balance": "0.00"}]),
     {"EUR": 10_83, "SEK": 0}),
    ("trustly", trustly([{"currency": "EUR", "balance": "-5.00"}]), {"EUR": -5_00}),
    ("trustly", trustly([{"currency": "EUR", "balance": "1e3"}, {"currency": "ZZZ", "balance": "1.00"}, 7]), {}),
    ("truelayer", {"items": [{"id": "m-eur", "currency": "EUR", "available_balance_in_minor": 500}]}, {"EUR": 500}),
    ("truelayer", {"items": [{"id": "x", "currency": "EUR", "available_balance_in_minor": 500}, None]}, {}),
    ("truelayer", {"items": [{"id": "m-gbp", "currency": "GBP", "available_balance_in_minor": "500"}]}, {}),
    ("adyen_transfers", of_adyen({"currency": "EUR", "available": 0}, {"currency": "ISK", "available": 500}),
     {"EUR": 0, "ISK": 5}),
    ("adyen_transfers", of_adyen({"currency": "EUR", "available": -100}, {"available": 3}, None), {"EUR": -100}),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(READ)))
def test_what_is_read(number: int) -> None:
    name, body, minor = READ[number]
    assert told(name, body) == Balances(minor)


NOT_BELIEVED = [
    ("trustly", trustly([{"currency": "EUR", "balance": "10.83"}], uuid4()), 200),
    ("trustly", {"version": "1.1", "result": {**trustly([])["result"], "signature": "AAAA"}}, 200),
    ("trustly", trustly({"currency": "EUR", "balance": "10.83"}), 200),
    ("truelayer", {"items": []}, 500),
    ("truelayer", {"items": "none"}, 200),
    ("truelayer", [], 200),
    ("adyen_transfers", of_adyen({"currency": "EUR", "available": 5}, account_id="BA2"), 200),
    ("adyen_transfers", of_adyen({"currency": "EUR", "available": 5}), 403),
]


@pytest.mark.parametrize("number", range(len(NOT_BELIEVED)))
def test_what_is_not_believed(number: int) -> None:
    name, body, status = NOT_BELIEVED[number]
    assert told(name, body, status) == Unanswered()


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_silence_and_nonsense_are_no_answer(name: str) -> None:
    for answer in (None, HttpAnswer(200, b"<html>"), HttpAnswer(200, b"")):
        assert flow(name).parse_balance(account(name), QUESTION, answer) == Unanswered()
