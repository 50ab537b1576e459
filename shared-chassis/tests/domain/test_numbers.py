"""What in people's words is the number of a card, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid
from chassis.domain.numbers import UNWANTED, holds_card_number, is_card_number, refuse_card_number

CARDS = [
    "4242424242424242",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011000000000004",
    "3566002020360505",
    "6304000000000000",
    "4000000000000000006",
]
"""Numbers that networks and providers publish to test with, and one of Visa's 19 digits."""


def luhn(digits: str) -> str:
    """The digits with the check digit that makes a card number of them, by another way of counting."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * 2 if place % 2 == 0 else int(one)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


ISSUED = st.sampled_from(["4", "51", "55", "2221", "6", "67", "56", "62", "9860"]).flatmap(
    lambda begin: st.text("0123456789", min_size=15 - len(begin), max_size=15 - len(begin)).map(
        lambda rest: luhn(begin + rest)
    )
)


@given(
    number=ISSUED,
    group=st.sampled_from(["", " ", "-", ".", " - ", "\N{NO-BREAK SPACE}", "\N{EN DASH}", "\n"]),
    size=st.sampled_from([1, 2, 4, 8]),
    frame=st.sampled_from(["{}", "card {}", "{} exp 12/31", "Visa:{}", "room 12 {}", "{} 737", "{}, 12/31", "pan{}"]),
)
def test_the_number_of_a_card_is_found_however_it_is_grouped_and_whatever_stands_around_it(
    number: str, group: str, size: int, frame: str
) -> None:
    written = group.join(number[at : at + size] for at in range(0, len(number), size))
    assert holds_card_number(frame.format(written))


@pytest.mark.parametrize("number", CARDS)
def test_numbers_of_every_length_and_network_are_found(number: str) -> None:
    assert is_card_number(number)
    assert holds_card_number(f"He paid with {number} and wants it back.")
    assert not holds_card_number(f"He paid with {number[:-1]}{(int(number[-1]) + 1) % 10} and wants it back.")


@pytest.mark.parametrize(
    "text",
    [
        "ARN 74242424242424242424242",
        "refunded to DE89 3704 0044 0532 0130 00 today",
        "gb33 bukb 2020 1555 5555 55 is his account",
        "FR1420041010050500013M02606",
        "deposit 018f3c2a-4242-7242-8242-424242424242",
        "Adyen 8515131751004933",
        "a transaction 1110000000004146938",
        "his phone 352099001761481",
        "call +49 1512 3456781",
        "tok_a4242424242424242f",
        "4000, 5000, 6000, 1000",
        "from 5.11.2026 to 120005",
        "50.00 40.00 30.00 20.04",
        "0x4242424242424242Ab5801a7D398351b8bE11C43",
        "4242 4242 4242",
        "",
    ],
)
def test_ids_accounts_telephones_dates_and_amounts_are_no_cards(text: str) -> None:
    assert not holds_card_number(text)


@given(st.text("0123456789", min_size=20, max_size=40))
def test_a_row_of_more_digits_is_no_card_whatever_parts_of_it_add_up_to(digits: str) -> None:
    assert not holds_card_number(f"reference {digits}")


def test_the_refusal_names_the_field_and_has_a_code_of_its_own() -> None:
    refuse_card_number("nothing in it", field="text")
    with pytest.raises(Invalid) as refused:
        refuse_card_number("4242 4242 4242 4242", field="rules[3].text")
    (blame,) = refused.value.blames
    assert (refused.value.code, blame.field, blame.code) == ("invalid", "rules[3].text", UNWANTED)
    assert "4242" not in str(refused.value)
