"""Skrill's signatures against the published example: it verifies, and nothing else does."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.strategies.providers.skrill.signature import FIELDS, is_signed, sign

VECTORS = json.loads((Path(__file__).parent / "vectors" / "skrill.json").read_text())["vectors"]
SIGNED = ("merchant_id", "transaction_id", "mb_amount", "mb_currency", "status")


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("form", FIELDS)
def test_the_published_example_verifies(vector: dict[str, Any], form: str) -> None:
    report = {name: vector[name] for name in (*SIGNED, FIELDS[form])}
    assert sign(form, vector["secret_word"], report) == vector[FIELDS[form]]
    assert is_signed(form, ("another", vector["secret_word"]), report)
    assert not is_signed(form, ("another",), report)


@pytest.mark.parametrize("form", FIELDS)
@given(name=st.sampled_from(SIGNED), other=st.text(max_size=12))
def test_another_value_of_a_signed_field_is_refused(form: str, name: str, other: str) -> None:
    vector = VECTORS[0]
    report = {**{one: vector[one] for one in (*SIGNED, FIELDS[form])}, name: other}
    assert is_signed(form, (vector["secret_word"],), report) == (other == vector[name])


@given(position=st.integers(0, 63), bit=st.integers(0, 6))
def test_any_flipped_bit_of_the_signature_is_refused(position: int, bit: int) -> None:
    vector = VECTORS[0]
    flipped = bytearray(vector["sha2sig"].encode())
    flipped[position] ^= 1 << bit
    report = {**{one: vector[one] for one in SIGNED}, "sha2sig": flipped.decode()}
    assert not is_signed("sha2", (vector["secret_word"],), report)
