"""Rates from the European Central Bank's files, and what an amount is worth by them."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import EXPONENTS
from payments.domain.exchange.quotes import Quote, Rates, RateUnavailable, TooLittle, quote
from payments.strategies.rates.eurofxref.strategy import LARGEST_BYTES, EurofxrefFile, parsed

EXAMPLE = Path(__file__).parents[5] / "deploy" / "rates" / "eurofxref-daily.xml"
FRIDAY = date(2026, 11, 27)
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>
    <Cube time="2026-11-27"><Cube currency="USD" rate="1.0821"/><Cube currency="JPY" rate="163.11"/>
      <Cube currency="XYZ" rate="3"/></Cube>
    <Cube time="2026-11-26"><Cube currency="USD" rate="1.5"/></Cube>
  </Cube>
</gesmes:Envelope>"""
CSV = b"Date, USD, JPY, XYZ, RUB, \n27 November 2026, 1.0821, 163.11, 3, N/A, \n"


@pytest.mark.parametrize("raw", [XML, CSV, CSV.replace(b"27 November 2026", b"2026-11-27")])
def test_both_forms_of_the_file_say_the_same(raw: bytes):
    assert parsed(raw) == Rates(
        source="eurofxref",
        as_of=FRIDAY,
        per_base={"USD": Decimal("1.0821"), "JPY": Decimal("163.11"), "EUR": Decimal(1)},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a file of rates",
        b"<a/>",
        b"<a",
        b"\xff\xfe",
        XML.replace(b"1.0821", b"zero"),
        XML.replace(b"1.0821", b"0"),
        XML.replace(b"1.0821", b"-1"),
        XML.replace(b"1.0821", b"NaN"),
        XML.replace(b"2026-11-27", b"2026-11-31"),
        CSV.replace(b"27 November", b"31 November"),
        CSV.replace(b"1.0821, ", b""),
        b"Date, USD\n",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
    ids=range(14),
)
def test_a_file_that_is_not_of_that_form_gives_no_rates(raw: bytes):
    with pytest.raises(RateUnavailable):
        parsed(raw)


def test_a_file_is_read_again_when_it_has_changed_and_missed_when_it_is_gone(tmp_path: Path):
    file = tmp_path / "rates"
    file.write_bytes(CSV)
    source = EurofxrefFile(str(file))
    assert source.rates() is source.rates()
    file.write_bytes(CSV.replace(b"1.0821", b"1.09001"))
    assert source.rates().per_base["USD"] == Decimal("1.09001")
    file.unlink()
    with pytest.raises(RateUnavailable):
        source.rates()


def test_no_file_and_one_that_is_too_large_give_no_rates(tmp_path: Path):
    file = tmp_path / "rates"
    file.write_bytes(CSV + b" " * LARGEST_BYTES)
    for path in ("", str(file)):
        with pytest.raises(RateUnavailable):
            EurofxrefFile(path).rates()


def test_an_installation_begins_with_an_example():
    rates = EurofxrefFile(str(EXAMPLE)).rates()
    assert (rates.as_of, rates.per_base["USD"], len(rates.per_base)) == (date(2026, 10, 30), Decimal("1.1172"), 30)


def bought(
    sold: tuple[str, int], currency: str, spread_bp: int = 0, *, rates: Rates | None = None, days: int = 0
) -> Quote:
    return quote(
        rates or parsed(CSV),
        sold=sold,
        bought=currency,
        places=EXPONENTS,
        spread_bp=spread_bp,
        today=FRIDAY + timedelta(days=days),
        oldest_days=4,
    )


@pytest.mark.parametrize(
    ("sold", "currency", "spread_bp", "minor"),
    [
        (("EUR", 100_00), "USD", 0, 108_21),
        (("EUR", 100_00), "USD", 150, 106_58),
        (("EUR", 1_00), "JPY", 0, 163),
        (("JPY", 163), "EUR", 0, 99),
        (("USD", 100_00), "JPY", 0, 15_073),
        (("EUR", 1), "JPY", 0, 1),
    ],
)
def test_what_is_bought_is_exact_and_rounded_down_once(
    sold: tuple[str, int], currency: str, spread_bp: int, minor: int
):
    assert bought(sold, currency, spread_bp).bought_minor == minor


def test_coins_with_eight_places_are_counted_in_them():
    rates = Rates(source="x", as_of=FRIDAY, per_base={"EUR": Decimal(1), "BTC": Decimal("0.00001")})
    assert bought(("EUR", 100_00), "BTC", rates=rates).bought_minor == 100_000
    assert bought(("BTC", 100_000), "EUR", rates=rates).bought_minor == 100_00


def test_what_buys_less_than_one_unit_buys_nothing():
    with pytest.raises(TooLittle):
        bought(("JPY", 1), "EUR")


@pytest.mark.parametrize(("days", "why"), [(-1, "a day that is to come"), (5, "of 2026-11-27, 5 days ago; 4 at most")])
def test_rates_are_of_the_last_days_and_a_refusal_says_how_old_they_are(days: int, why: str):
    with pytest.raises(RateUnavailable, match=why):
        bought(("EUR", 100), "USD", days=days)
    assert bought(("EUR", 100), "USD", days=4).as_of == FRIDAY


@given(amount=st.integers(1, 10**15), spread=st.integers(0, 9_999), currency=st.sampled_from(["USD", "JPY"]))
def test_the_house_never_gives_more_than_the_rate_and_keeps_less_than_a_unit_of_rounding(
    amount: int, spread: int, currency: str
):
    rate = Fraction(parsed(CSV).per_base[currency]) * Fraction(10 ** EXPONENTS[currency], 100)
    exact = amount * rate * Fraction(10_000 - spread, 10_000)
    if exact >= 1:
        assert 0 <= exact - bought(("EUR", amount), currency, spread).bought_minor < 1


def test_there_and_back_never_makes_money():
    for amount in range(2, 2_000, 7):
        there = bought(("EUR", amount), "USD")
        assert bought(("USD", there.bought_minor), "EUR").bought_minor <= amount
