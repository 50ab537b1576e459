"""Where a player wants his money, as he writes it: the closed set, and what is refused of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from chassis.domain.numbers import is_real_iban
from payments.domain.withdrawal.destination import (
    FIELDS,
    BankAccount,
    CryptoAddress,
    DestinationKind,
    Iban,
    KnownDestination,
    Wallet,
    read_destination,
)

SUE = {"first_name": "Sue", "last_name": "Hopper"}
IBAN = {"kind": "iban", "iban": "de89 3704-0044 0532 0130 00", **SUE}
ACCOUNT = {"kind": "bank_account", "country": "SE", "bank_number": "6112", "account_number": "6970 6212", **SUE}
WALLET = {"kind": "wallet", "service": "skrill", "owner": " sue@player.example "}
CRYPTO = {"kind": "crypto_address", "address": "bc1" + "q" * 39}
KNOWN = {"kind": "instrument", "instrument_id": "018f3a5e-7c1d-7000-8000-000000000001"}


def test_each_kind_is_read_however_it_is_grouped() -> None:
    assert read_destination(IBAN) == Iban(iban="DE89370400440532013000", **SUE)
    assert read_destination(ACCOUNT) == BankAccount(country="SE", bank_number="6112", account_number="69706212", **SUE)
    assert read_destination(WALLET) == Wallet(service="skrill", owner="sue@player.example")
    assert read_destination(CRYPTO) == CryptoAddress(address=CRYPTO["address"])
    assert isinstance(read_destination(KNOWN), KnownDestination)


def test_without_a_kind_it_is_one_providers_own_words() -> None:
    assert read_destination({"account_id": "1520389582"}) is None


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "pigeon"}, "destination.kind"),
        ({**IBAN, "iban": "DE88370400440532013000"}, "destination.iban"),
        ({**IBAN, "iban": "DE89"}, "destination.iban"),
        ({**IBAN, "first_name": " "}, "destination.first_name"),
        ({**IBAN, "last_name": "Hop\nper"}, "destination.last_name"),
        ({**IBAN, "colour": "red"}, "destination.colour"),
        ({name: value for name, value in IBAN.items() if name != "last_name"}, "destination.last_name"),
        ({**ACCOUNT, "country": "Sweden"}, "destination.country"),
        ({**ACCOUNT, "country": "UK"}, "destination.country"),
        ({**ACCOUNT, "bank_number": "six"}, "destination.bank_number"),
        ({**WALLET, "service": "Skrill!"}, "destination.service"),
        ({**CRYPTO, "address": "bitcoin:bc1q"}, "destination.address"),
        ({**KNOWN, "instrument_id": "mine"}, "destination.instrument_id"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(told: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_destination(told)
    assert refusal.value.field == field


@given(st.sampled_from(list(DestinationKind)), st.dictionaries(st.sampled_from(sorted(SUE)), st.text(max_size=64)))
def test_anything_else_is_refused_and_nothing_breaks(kind: DestinationKind, told: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_destination({"kind": kind.value, **told})
    assert set(told) <= set(FIELDS[DestinationKind.IBAN])


@given(st.integers(0, 9), st.integers(2, 21))
def test_one_wrong_digit_is_no_iban(digit: int, place: int) -> None:
    good = "DE89370400440532013000"
    bad = good[:place] + str(digit) + good[place + 1 :]
    assert is_real_iban(bad) is (bad == good)
