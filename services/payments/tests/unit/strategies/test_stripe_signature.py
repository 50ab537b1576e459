"""Stripe's webhook signature against vectors made with the official SDK."""

import json
from pathlib import Path

import pytest
from stripe import WebhookSignature

from chassis.domain import Invalid
from payments.strategies.providers.stripe.signature import TOLERANCE_S, sign, verified_at
from payments.strategies.providers.stripe.strategy import Stripe

VECTORS = json.loads((Path(__file__).parent / "vectors" / "stripe.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["timestamp"]))
def test_the_published_signatures_are_genuine(vector: dict[str, str | int]) -> None:
    at, raw = int(vector["timestamp"]), str(vector["payload"]).encode()
    assert verified_at(str(vector["header"]), str(vector["secret"]), raw, at) == at
    assert verified_at(str(vector["header"]), str(vector["secret"]), raw + b" ", at) is None
    assert verified_at(str(vector["header"]), "whsec_other", raw, at) is None


def test_the_official_sdk_accepts_what_we_sign() -> None:
    raw = b'{"id":"evt_1"}'
    header = f"t=1700000000,v1={sign('whsec_x', 1_700_000_000, raw)}"
    assert WebhookSignature.verify_header(raw.decode(), header, "whsec_x")


def test_we_accept_what_the_official_sdk_signs() -> None:
    raw = b'{"id":"evt_1"}'
    digest = WebhookSignature._compute_signature(f"100.{raw.decode()}", "whsec_x")
    assert verified_at(f"t=100,v1={digest}", "whsec_x", raw, 100) == 100


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["timestamp"]))
def test_any_flipped_bit_is_refused(vector: dict[str, str | int]) -> None:
    at, raw, header = int(vector["timestamp"]), str(vector["payload"]).encode(), str(vector["header"])
    secret, digest = str(vector["secret"]), sign(str(vector["secret"]), at, raw)
    for place in range(len(raw) * 8):
        assert verified_at(header, secret, flipped(raw, place), at) is None, place
    for place in range(len(digest) * 8):
        other = flipped(digest.encode(), place).decode("latin-1")
        assert verified_at(f"t={at},v1={other}", secret, raw, at) is None, place
    for bit in range(8):
        assert verified_at(f"t={at ^ 1 << bit},v1={digest}", secret, raw, at) is None, bit


def flipped(whole: bytes, place: int) -> bytes:
    """The bytes with one bit of them flipped."""
    changed = bytearray(whole)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_any_one_of_several_signatures_will_do() -> None:
    header = f"t=100,v1={'0' * 64},v1={sign('s', 100, b'x')},v0=whatever"
    assert verified_at(header, "s", b"x", 100) == 100


def test_a_webhook_older_than_the_tolerance_is_a_replay() -> None:
    header = f"t=1000,v1={sign('s', 1000, b'x')}"
    assert verified_at(header, "s", b"x", 1000 + TOLERANCE_S) == 1000
    assert verified_at(header, "s", b"x", 1001 + TOLERANCE_S) is None


def test_a_webhook_of_the_future_is_not_believed() -> None:
    header = f"t=1000,v1={sign('s', 1000, b'x')}"
    assert verified_at(header, "s", b"x", 1000 - TOLERANCE_S) == 1000
    assert verified_at(header, "s", b"x", 999 - TOLERANCE_S) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "v1=abc",
        "t=100",
        "t=1e2,v1=a",
        "t=-5,v1=a",
        "t=１,v1=a",
        "t=1,t=2,v1=a",
        "t=100,v0=" + "0" * 64,
        "=,=",
        "t",
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: str) -> None:
    assert verified_at(header, "s", b"x", 100) is None


def test_a_secret_of_something_else_is_no_webhook_secret() -> None:
    secrets = {"api_key": "sk_live_0123456789abcdef", "webhook_secret": "sk_live_0123456789abcdef"}
    with pytest.raises(Invalid, match="begins with whsec_") as refusal:
        Stripe().check_account({"base_url": "https://api.stripe.com"}, secrets)
    assert refusal.value.field == "secrets.webhook_secret"
