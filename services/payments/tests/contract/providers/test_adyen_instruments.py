"""With what was paid, or tried, as Adyen's webhooks tell it."""

from datetime import date
from typing import Final

from payments.domain.deposit import words as deposit
from payments.domain.instrument.words import Kind

from .test_adyen import TestAdyen as _Adyen

CARD: Final = {
    "cardSummary": "1111", "issuerBin": "41111111", "expiryDate": "03/2030", "cardHolderName": "Ana García",
    "cardIssuingCountry": "MT", "alias": "H167852639363479",
}  # fmt: skip


def test_a_payment_says_with_which_card() -> None:
    told = _Adyen().told("AUTHORISATION", additionalData=CARD).word.instrument
    assert (told.kind, told.bin, told.last_four) == (Kind.CARD, "41111111", "1111")
    assert told.expires_on == date(2030, 3, 31)
    assert (told.holder, told.country, told.identity) == ("Ana García", "MT", "card:adyen:H167852639363479")


def test_a_refused_payment_says_with_which_card_it_was_tried() -> None:
    word = _Adyen().told("AUTHORISATION", "false", additionalData=CARD).word
    assert isinstance(word, deposit.Declined)
    assert word.instrument is not None


def test_a_payment_says_from_which_bank_account() -> None:
    bank = {"iban": "NL13TEST0123456789", "ownerName": "A. Klaassen", "bic": "TESTNL01"}
    told = _Adyen().told("AUTHORISATION", paymentMethod="ideal", additionalData=bank).word.instrument
    assert (told.kind, told.last_four, told.country) == (Kind.BANK, "6789", "NL")
    assert (told.holder, told.identity) == ("A. Klaassen", "bank:NL13TEST0123456789")
