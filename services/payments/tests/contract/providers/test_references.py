"""What holds for every provider: by no name and no key is a deposit there what a payout or refund of the same id is."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from payments.application.ports import DepositIntent, HttpCall, PayoutOrder, ProviderAccount
from payments.application.refund_port import RefundOrder
from payments.application.request_port import PageWish, RequestedThere
from payments.strategies.providers.registry import PROVIDERS

from .suite import NOW, OUR_PRIVATE, OUR_PUBLIC, OURS, PLAYER, REQUEST_ID
from .truelayer_wire import OUR_PEM

ANOTHER = UUID("018f3a5e-7c1d-7000-8000-000000000009")
NOTIFY, BACK = "https://us.example/n", "https://c.example/back"
SERVER = "https://provider.example"
PEM = {"truelayer": OUR_PEM}


class Whatever(dict[str, str]):
    """Says something of everything it is asked for."""

    def __missing__(self, name: str) -> str:
        return "1"


WORDS = {"paysafe": Whatever(method="skrill", consumer_id="s@player.example")}
"""Of who pays, and who is paid, where not everything would do."""


def account(provider: str) -> ProviderAccount:
    known = {"base_url": SERVER, "auth_url": SERVER, "public_key": OUR_PUBLIC}
    return ProviderAccount(
        casino_id=UUID(int=7),
        provider=provider,
        enabled=True,
        currencies=frozenset({"EUR"}),
        settings=Whatever(known),
        secrets=Whatever(private_key=PEM.get(provider, OUR_PRIVATE)),
    )


def calls(provider: str) -> dict[str, HttpCall]:
    """What the provider is told of a deposit, a payout and a refund of one id."""
    ours, whose, words, found = PROVIDERS[provider], account(provider), WORDS.get(provider, Whatever()), {}
    money: dict[str, Any] = {"amount_minor": 50_00, "currency": "EUR"}
    if ours.deposits is not None:
        intent = DepositIntent(
            deposit_id=OURS, player_id=PLAYER, return_url=BACK, notification_url=NOTIFY, details=words, **money
        )
        found["deposit"] = ours.deposits.build_call(whose, intent)
    if ours.payouts is not None:
        order = PayoutOrder(
            withdrawal_id=OURS,
            request_id=REQUEST_ID,
            player_id=PLAYER,
            destination=words,
            notification_url=NOTIFY,
            **money,
        )
        found["payout"] = ours.payouts.build_call(whose, order)
    paged: Any = ours.payouts
    if isinstance(paged, RequestedThere):
        page = PageWish(
            withdrawal_id=OURS, player_id=PLAYER, return_url=BACK, notification_url=NOTIFY, locale=None, **money
        )
        found["page"] = paged.build_page(whose, page)
    if ours.refunds is not None:
        back = RefundOrder(refund_id=OURS, deposit_id=ANOTHER, payment="pay_1", **money)
        found["refund"] = ours.refunds.build_call(whose, back)
    return found


def questions(provider: str) -> dict[str, HttpCall]:
    """How the provider is asked for a deposit, a payout and a refund of one id that it has not named yet."""
    ours, whose, words = PROVIDERS[provider], account(provider), WORDS.get(provider, Whatever())
    asked: dict[str, Any] = {}
    if ours.deposits is not None:
        asked["deposit"] = ours.deposits.build_question(whose, OURS, None)
    if ours.payouts is not None:
        order = PayoutOrder(
            withdrawal_id=OURS,
            request_id=REQUEST_ID,
            player_id=PLAYER,
            amount_minor=50_00,
            currency="EUR",
            destination=words,
            notification_url=NOTIFY,
        )
        asked["payout"] = ours.payouts.build_question(whose, order, None)
    if ours.refunds is not None:
        back = RefundOrder(refund_id=OURS, deposit_id=ANOTHER, payment="pay_1", amount_minor=50_00, currency="EUR")
        asked["refund"] = ours.refunds.build_question(whose, back, None)
    return {name: call for name, call in asked.items() if isinstance(call, HttpCall)}


def said(call: HttpCall) -> dict[str, set[str]]:
    """The fields of a call that say our id, in whatever form."""
    sent = call if call.timed is None else call.timed(NOW)
    fields: dict[str, set[str]] = {}
    for name, value in (*_fields("", _read(sent.body)), *parse_qsl(urlsplit(sent.url).query)):
        if OURS.hex in value.replace("-", ""):
            fields.setdefault(name, set()).add(value)
    return fields


def _read(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return dict(parse_qsl((body or b"").decode()))


def _fields(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _fields(inner, one)
    elif isinstance(value, list):
        for one in value:
            yield from _fields(name, one)
    else:
        yield name, str(value)


EVERY = pytest.mark.parametrize("provider", sorted(PROVIDERS))


@EVERY
def test_no_field_says_of_a_deposit_what_it_says_of_a_payout_or_refund(provider: str) -> None:
    named = {what: said(call) for what, call in calls(provider).items()}
    of_deposit = named.pop("deposit", {})
    for what, fields in named.items():
        for field in fields.keys() & of_deposit.keys():
            assert not fields[field] & of_deposit[field], (what, field)


@EVERY
def test_no_key_of_a_deposit_is_one_of_a_payout_or_refund(provider: str) -> None:
    keys = {what: call.key for what, call in calls(provider).items()}
    of_deposit = keys.pop("deposit", None)
    assert of_deposit is None or of_deposit not in keys.values()


@EVERY
def test_no_question_about_a_deposit_is_one_about_a_payout_or_refund(provider: str) -> None:
    sent = {what: call if call.timed is None else call.timed(NOW) for what, call in questions(provider).items()}
    asked = {what: (call.method, call.url, call.body) for what, call in sent.items()}
    of_deposit = asked.pop("deposit", None)
    assert of_deposit is None or of_deposit not in asked.values()
