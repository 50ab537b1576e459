"""Money is exact or refused; nothing rounds on the way in, nothing floats."""

import ast
import doctest
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts import money
from contracts.money import (
    EXPONENTS,
    MAX_MINOR,
    Money,
    MoneyMistake,
    from_scaled,
    to_major_string,
    to_minor,
    to_scaled,
)

currencies = st.sampled_from(sorted(EXPONENTS))
amounts = st.integers(min_value=-(2**63), max_value=2**63 - 1)
huge = st.integers(min_value=-(10**28), max_value=10**28)
fine_scales = st.sampled_from([10**8, 10**10])
any_scales = st.sampled_from([1, 10, 100, 1000, 100_000, 10**8])


@given(amount=huge, currency=currencies)
def test_major_and_minor_are_two_ways_to_write_one_amount(amount: int, currency: str) -> None:
    assert to_minor(to_major_string(amount, currency), currency) == amount
    assert to_minor(Decimal(to_major_string(amount, currency)), currency) == amount


@given(amount=amounts, currency=currencies)
def test_the_major_form_has_exactly_the_places_of_the_currency(amount: int, currency: str) -> None:
    _, _, places = to_major_string(amount, currency).partition(".")
    assert len(places) == EXPONENTS[currency]


@given(whole=st.integers(-(10**12), 10**12), currency=currencies)
def test_whole_units_need_no_decimal_places(whole: int, currency: str) -> None:
    assert to_minor(whole, currency) == to_minor(str(whole), currency) == whole * 10 ** EXPONENTS[currency]


@given(amount=amounts, scale=fine_scales, currency=currencies)
def test_a_finer_scale_loses_nothing(amount: int, scale: int, currency: str) -> None:
    assert from_scaled(to_scaled(amount, scale, currency), scale, currency) == amount


@given(amount=amounts, scale=any_scales, currency=currencies)
def test_a_coarser_scale_never_shows_more_than_there_is(amount: int, scale: int, currency: str) -> None:
    shown = Decimal(to_scaled(amount, scale, currency)) / scale
    there = Decimal(amount) / 10 ** EXPONENTS[currency]
    assert shown <= there < shown + Decimal(1) / scale


@given(amount=amounts, scale=any_scales, currency=currencies)
def test_an_amount_in_a_partners_scale_is_exact_or_refused(amount: int, scale: int, currency: str) -> None:
    try:
        minor = from_scaled(amount, scale, currency)
    except MoneyMistake:
        assert amount * 10 ** EXPONENTS[currency] % scale != 0
    else:
        assert minor * scale == amount * 10 ** EXPONENTS[currency]


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "1.",
        ".5",
        "1,00",
        "1 000",
        " 1",
        "1\n",
        "+1",
        "1e3",
        "1_000",
        "0x10",
        "١٢",
        "NaN",
        "Infinity",
        "-",
        "--1",
        "1.0.0",
    ],
)
def test_what_is_not_a_plain_decimal_is_refused(written: str) -> None:
    with pytest.raises(MoneyMistake):
        to_minor(written, "EUR")


@pytest.mark.parametrize("value", [1.5, 0.1, True, None, Decimal("NaN"), Decimal("Infinity"), b"1"])
def test_what_is_not_money_is_refused(value: Any) -> None:
    with pytest.raises(MoneyMistake):
        to_minor(value, "EUR")


@pytest.mark.parametrize(("written", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1.0001", "KWD")])
def test_what_would_need_rounding_is_refused(written: str, currency: str) -> None:
    with pytest.raises(MoneyMistake, match="more decimal places"):
        to_minor(written, currency)


@pytest.mark.parametrize(("written", "minor"), [("1.000", 100), ("0.10", 10), ("-0", 0), ("007.5", 750)])
def test_zeroes_that_say_nothing_are_fine(written: str, minor: int) -> None:
    assert to_minor(written, "EUR") == minor


def test_a_currency_nobody_knows_is_refused() -> None:
    for convert in (lambda: to_minor("1", "XXX"), lambda: to_major_string(1, "XXX"), lambda: to_scaled(1, 100, "XXX")):
        with pytest.raises(MoneyMistake, match="XXX"):
            convert()


@pytest.mark.parametrize("amount", [0, -1, MAX_MINOR + 1, 1.0, "1", True])
def test_an_amount_on_the_wire_is_a_positive_integer_within_bounds(amount: Any) -> None:
    with pytest.raises(ValidationError):
        Money(amount_minor=amount, currency="EUR")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO55", "", "ЕUR"])
def test_a_currency_on_the_wire_is_upper_case_latin(currency: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount_minor=1, currency=currency)


def test_the_module_holds_no_float() -> None:
    tree = ast.parse(Path(money.__file__).read_text("utf-8"))
    floats = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    divisions = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    assert floats == []
    assert divisions == []


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(money) == doctest.TestResults(failed=0, attempted=4)


@pytest.mark.parametrize(
    ("places", "codes"),
    [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (2, "ARS COP THB PHP AED EGP HUF IDR MGA TWD XCG ZWG"),
        (8, "BTC ETH LTC"),
        (6, "USDT"),
    ],
)
def test_exponents_are_those_of_iso_4217(places: int, codes: str) -> None:
    assert {EXPONENTS[code] for code in codes.split()} == {places}
    if places != 2:
        assert {code for code, other in EXPONENTS.items() if other == places} == set(codes.split())


def test_what_nobody_pays_in_is_no_currency() -> None:
    funds = {"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"}
    metals_and_units = {"XAD", "XAG", "XAU", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
    gone = {"ANG", "HRK", "SLL", "ZWL"}
    assert not EXPONENTS.keys() & (funds | metals_and_units | gone)
