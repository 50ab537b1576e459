"""Adyen's webhook signature against published vectors, with the official SDK as a second opinion."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from Adyen.util import generate_notification_sig, is_valid_hmac_notification, is_valid_hmac_payload
from hypothesis import given
from hypothesis import strategies as st

from payments.strategies.providers.adyen.signature import is_ambiguous, is_key, mac, sign, verify

VECTORS = json.loads((Path(__file__).parent / "vectors" / "adyen.json").read_text())
ITEMS, PAYLOAD = VECTORS["items"], VECTORS["payload"]
KEY, OTHER_KEY = "4D" * 32, "0" * 64
SIGNED = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference", "eventCode", "success")

plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
items = st.fixed_dictionaries(
    {
        "pspReference": plain, "merchantAccountCode": plain, "merchantReference": plain, "eventCode": plain,
        "success": st.sampled_from(["true", "false"]),
        "amount": st.fixed_dictionaries({"value": st.integers(0, 2**53), "currency": plain}),
    },
    optional={"originalReference": plain, "reason": plain},
)  # fmt: skip


def with_signature(item: dict[str, Any], signature: str) -> dict[str, Any]:
    return {**item, "additionalData": {"hmacSignature": signature}}


def flipped(text: str) -> list[str]:
    """The text with each of its bits flipped, one at a time, where that is a text still."""
    raw = text.encode()
    changed = (raw[: n // 8] + bytes([raw[n // 8] ^ (1 << n % 8)]) + raw[n // 8 + 1 :] for n in range(8 * len(raw)))
    return [one.decode(errors="replace") for one in changed]


@pytest.mark.parametrize("vector", ITEMS, ids=lambda vector: str(vector["item"]["pspReference"]))
def test_the_published_signatures_are_genuine(vector: dict[str, Any]) -> None:
    item = with_signature(vector["item"], vector["signature"])
    assert sign(vector["key"], vector["item"]) == vector["signature"]
    assert verify(vector["key"], item)
    assert not verify(OTHER_KEY, item)


def test_the_published_signature_of_a_whole_body_is_made_the_same_way() -> None:
    assert mac(PAYLOAD["key"], PAYLOAD["body"].encode()) == PAYLOAD["signature"]
    assert is_valid_hmac_payload(PAYLOAD["signature"], PAYLOAD["key"], PAYLOAD["body"].encode())


@pytest.mark.parametrize("vector", ITEMS, ids=lambda vector: str(vector["item"]["pspReference"]))
def test_any_bit_flipped_is_refused(vector: dict[str, Any]) -> None:
    item = with_signature(vector["item"], vector["signature"])
    for other in flipped(vector["signature"]):
        assert not verify(vector["key"], with_signature(item, other)), other
    for name in SIGNED:
        for other in flipped(item.get(name, "")) or ["x"]:
            assert not verify(vector["key"], {**item, name: other}), (name, other)
    for bit in range(40):
        changed = deepcopy(item)
        changed["amount"]["value"] ^= 1 << bit
        assert not verify(vector["key"], changed), bit
    for other in flipped(item["amount"]["currency"]):
        assert not verify(vector["key"], {**item, "amount": {**item["amount"], "currency": other}}), other


@given(items)
def test_the_official_sdk_accepts_what_we_sign_and_we_accept_what_it_signs(item: dict[str, Any]) -> None:
    ours, theirs = sign(KEY, item), generate_notification_sig(item, KEY).decode()
    assert ours == theirs
    assert is_valid_hmac_notification(with_signature(item, ours), KEY)
    assert verify(KEY, with_signature(item, theirs))


@given(items, items)
def test_one_signature_fits_two_items_only_where_they_hold_the_separator(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    def fields(item: dict[str, Any]) -> tuple[Any, ...]:
        return (*(item.get(name, "") for name in SIGNED), item["amount"])

    if fields(one) != fields(other) and not (is_ambiguous(one) or is_ambiguous(other)):
        assert sign(KEY, one) != sign(KEY, other)


def test_fields_that_slip_over_the_separator_are_told() -> None:
    both = {"pspReference": "1", "merchantAccountCode": "M", "eventCode": "E"}
    foreign = {**both, "merchantReference": "x:9:EUR", "amount": {}}
    slipped = {**both, "merchantReference": "x", "amount": {"value": "9", "currency": "EUR::"}}
    assert sign(KEY, foreign) == sign(KEY, slipped)
    assert is_ambiguous(foreign)
    assert is_ambiguous(slipped)
    assert not is_ambiguous(ITEMS[0]["item"])


@pytest.mark.parametrize("given_as", [None, "", 7, ["x"], {"hmacSignature": None}, {"hmacSignature": ""}, {"x": "y"}])
def test_an_item_without_a_signature_is_refused(given_as: Any) -> None:
    assert not verify(KEY, {**ITEMS[0]["item"], "additionalData": given_as})


@pytest.mark.parametrize(("text", "good"), [(KEY, True), (KEY.lower(), True), (KEY[1:], False), ("g" * 64, False)])
def test_a_key_is_32_bytes_in_hexadecimal(text: str, good: bool) -> None:
    assert is_key(text) is good
