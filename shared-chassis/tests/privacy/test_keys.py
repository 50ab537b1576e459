"""Derived keys, blind indexes and sealed secrets."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chassis.privacy import BlindIndex, SecretBox, SecretUnreadable, SubjectVault
from chassis.privacy.keys import derive

MASTER = bytes(range(32))
OTHER = bytes(32)


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({derive(MASTER, "a"), derive(MASTER, "b"), derive(OTHER, "a"), MASTER}) == 4
    assert derive(MASTER, "a") == derive(SecretStr(base64.b64encode(MASTER).decode()), "a")


@pytest.mark.parametrize("key", [b"", b"x" * 16, b"x" * 33, SecretStr("c2hvcnQ=")])
def test_a_master_key_of_another_length_is_refused(key: bytes | SecretStr) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SubjectVault(key)


def test_the_index_is_the_same_in_every_service() -> None:
    assert SubjectVault(MASTER).blind_index("Ann@Example.com") == BlindIndex(MASTER).of(" ann@example.COM ")
    assert BlindIndex(MASTER).of("ann@example.com") != BlindIndex(OTHER).of("ann@example.com")


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("ﬁnn@example.com", "finn@example.com"),
        ("STRASSE", "straße"),
        ("Ａnn", "ann"),
        ("e\u0301", "é"),
        ("\u00a0ann\u2003", "ann"),
    ],
)
def test_spellings_of_one_value_are_found_together(one: str, same: str) -> None:
    assert BlindIndex(MASTER).of(one) == BlindIndex(MASTER).of(same)


@given(st.text())
def test_an_index_tells_nothing_of_its_value(value: str) -> None:
    fingerprint = BlindIndex(MASTER).of(value)
    assert len(fingerprint) == 64
    assert (
        fingerprint == BlindIndex(MASTER).of(value.strip().upper().lower()) or value.casefold() != value.upper().lower()
    )


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=5))
def test_a_sealed_secret_opens_in_its_place_only(secret: str, label: str) -> None:
    box = SecretBox(MASTER)
    sealed = box.seal(secret, label=label)
    assert box.open(sealed, label=label) == secret
    for wrong, place in ((SecretBox(OTHER), label), (box, label + "x")):
        with pytest.raises(SecretUnreadable):
            wrong.open(sealed, label=place)


def test_sealing_twice_gives_two_texts() -> None:
    box = SecretBox(MASTER)
    assert box.seal("s") != box.seal("s")
    assert box.open_bytes(box.seal(b"\x00\xff")) == b"\x00\xff"


def test_every_changed_bit_is_noticed() -> None:
    box = SecretBox(MASTER)
    prefix, text = box.seal("secret").split(":")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(SecretUnreadable):
            box.open(f"{prefix}:{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}")


@pytest.mark.parametrize("text", ["", "sb1:", "sb1:AAAA", "sb1:***", "sb1:é", "pd1:AAAA", "plain", "sb1:" + "A" * 15])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(SecretUnreadable):
        SecretBox(MASTER).open(text)


def test_neither_keys_nor_secrets_show_in_errors() -> None:
    sealed = SecretBox(MASTER).seal("hunter2")
    with pytest.raises(SecretUnreadable) as refused:
        SecretBox(secrets.token_bytes(32)).open(sealed)
    assert sealed not in str(refused.value)
