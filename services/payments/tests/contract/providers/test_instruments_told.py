"""With what was paid, or shall be paid to, as far as each protocol tells."""

from datetime import date
from typing import Any

import pytest

from payments.application.instruments.ports import ReadsDestinations
from payments.domain.instrument.words import Instrument, Kind
from payments.strategies.providers.registry import PROVIDERS

from . import test_praxis as of_praxis
from .test_paymentiq import message, read
from .test_paysafe import found, handle, payment
from .test_skrill import asked


def flow(provider: str) -> Any:
    return PROVIDERS[provider].deposits


def destination(provider: str, **given: str) -> Instrument | None:
    payouts: Any = PROVIDERS[provider].payouts
    assert isinstance(payouts, ReadsDestinations)
    return payouts.instrument_of(given)


def test_paysafe_tells_whose_wallet_paid() -> None:
    profile = {"firstName": "Ana", "lastName": "García"}
    made = payment("COMPLETED", skrill={"consumerId": "ana@player.example"}, profile=profile)
    told = flow("paysafe").parse_question(found([handle("COMPLETED")], [made])).instrument
    assert (told.kind, told.identity, told.holder) == (Kind.WALLET, "wallet:skrill:ana@player.example", "Ana García")
    assert told.pays_to == {"method": "skrill", "consumer_id": "ana@player.example"}
    assert told.owner == "ana@player.example"


def test_a_wallet_is_the_same_whichever_provider_leads_to_it() -> None:
    report = asked(status="2", pay_from_email="Ana@Player.example")
    paid = flow("skrill").parse_question(report).instrument
    by_skrill = destination("skrill", email="ana@player.example")
    by_paysafe = destination("paysafe", method="skrill", consumer_id="ana@player.example")
    assert by_skrill is not None
    assert by_paysafe is not None
    assert paid.identity == by_skrill.identity == by_paysafe.identity
    assert (paid.owner, by_skrill.owner) == ("Ana@Player.example", "ana@player.example")


def test_wallets_of_two_brands_are_two() -> None:
    one, other = (destination("paysafe", method=brand, consumer_id="1") for brand in ("skrill", "neteller"))
    assert one is not None
    assert other is not None
    assert one.identity != other.identity


def test_praxis_tells_of_a_card_by_its_token() -> None:
    card = {
        "card_token": "tok-1", "card_type": "VISA", "card_number": "411111******1111", "card_exp": "03/2030",
        "card_issuer_country": "MT", "card_holder": "Ana García",
    }  # fmt: skip
    praxis = of_praxis.TestPraxis()
    told = praxis.asked(praxis.transaction(card=card)).instrument
    assert (told.kind, told.bin, told.last_four, told.country) == (Kind.CARD, "411111", "1111", "MT")
    assert (told.expires_on, told.identity, told.holder) == (date(2030, 3, 31), "card:praxis:tok-1", "Ana García")


def test_praxis_tells_of_a_wallet_by_its_token() -> None:
    praxis = of_praxis.TestPraxis()
    wallet = {"wallet_token": "w-1", "account_identifier": "ana@player.example"}
    told = praxis.asked(praxis.transaction(wallet=wallet)).instrument
    assert (told.kind, told.identity, told.owner) == (Kind.WALLET, "wallet:praxis:w-1", "ana@player.example")


@pytest.mark.parametrize(
    ("masked", "provider", "kind", "looks"),
    [
        ("411111******1111", "Adyen", Kind.CARD, ("411111", "1111")),
        ("MT84****1234", "BankTransfer", Kind.BANK, (None, "1234")),
        ("n***", "Neteller", Kind.WALLET, (None, None)),
    ],
)
def test_paymentiq_tells_of_an_account_by_its_id(masked: str, provider: str, kind: Kind, looks: Any) -> None:
    told = read(message(accountId="acc-1", maskedAccount=masked, accountHolder="A B", provider=provider))
    one = told.movement.instrument
    assert (one.kind, one.identity, one.holder) == (kind, f"{kind}:paymentiq:acc-1", "A B")
    assert (one.bin, one.last_four) == looks
    assert one.owner == (masked if kind is Kind.WALLET else None)


def test_who_tells_nothing_is_believed_to_know_nothing() -> None:
    praxis = of_praxis.TestPraxis()
    assert praxis.asked(praxis.transaction()).instrument is None
    assert flow("skrill").parse_question(asked(status="2")).instrument is None
    assert flow("paysafe").parse_question(found([handle("COMPLETED")], [payment()])).instrument is None
    assert read(message(accountId=None)).movement.instrument is None


def test_the_number_of_a_card_is_kept_nowhere() -> None:
    praxis = of_praxis.TestPraxis()
    card = {"card_token": "tok-1", "card_holder": "4111111111111111"}
    assert praxis.asked(praxis.transaction(card=card)).instrument is None
    assert read(message(accountId="4111111111111111")).movement.instrument is None


CARD = {"card_token": "tok-1", "card_number": "411111******1111"}


@pytest.mark.parametrize("session", ["open", "expired"])
def test_praxis_tells_of_a_card_that_was_refused_on_its_page(session: str) -> None:
    praxis = of_praxis.TestPraxis()
    refused = praxis.transaction(transaction_status="declined", card=CARD)
    said = praxis.asked(refused, session_status=session)
    no = said.refused if session == "open" else said
    assert (no.code, no.final, no.instrument.identity) == ("declined", session == "expired", "card:praxis:tok-1")


def test_paysafe_tells_whose_wallet_could_not_pay_once_he_agreed_there() -> None:
    wallet = {"skrill": {"consumerId": "ana@player.example"}}
    refused = flow("paysafe").parse_question(found([handle("FAILED")], [payment("FAILED", **wallet)]))
    assert refused.instrument.identity == "wallet:skrill:ana@player.example"
    assert flow("paysafe").parse_question(found([{**handle("FAILED"), **wallet}], [])).instrument is None


def test_skrill_tells_of_no_wallet_that_was_only_named() -> None:
    assert flow("skrill").parse_question(asked(status="-2", pay_from_email="ana@player.example")).instrument is None
