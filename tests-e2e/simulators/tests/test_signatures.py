"""The partners' own signing code against vectors that the real partners' clients and documents publish."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from simulators import adyen, adyen_transfers, stripe_words, trustly, wallet


def vectors(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())
    return loaded


def private(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key


ADYEN, STRIPE, TRUSTLY, HUB88 = vectors("adyen"), vectors("stripe"), vectors("trustly"), vectors("hub88")


@pytest.mark.parametrize("vector", ADYEN["items"], ids=lambda vector: vector["item"]["pspReference"])
def test_an_item_is_signed_as_adyens_sdk_signs_it(vector: dict[str, Any]) -> None:
    assert adyen.signature(vector["key"], vector["item"]) == vector["signature"]


def test_a_whole_body_is_signed_as_adyens_sdk_expects_it() -> None:
    vector = ADYEN["whole"]
    assert adyen_transfers.signature(vector["key"], vector["payload"].encode()) == vector["signature"]


@pytest.mark.parametrize("vector", STRIPE["vectors"], ids=lambda vector: str(vector["timestamp"]))
def test_a_webhook_is_signed_as_stripes_sdk_expects_it(vector: dict[str, Any]) -> None:
    signed = stripe_words.signature(vector["secret"], vector["payload"].encode(), vector["timestamp"])
    assert signed == vector["header"]


@pytest.mark.parametrize("vector", HUB88["vectors"], ids=lambda vector: vector["body"][:12])
def test_a_wallet_call_is_signed_as_hub88_signs_it(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    assert wallet.signed(private(HUB88["private_key_pem"]), body) == vector["signature_b64"]
    assert wallet.verified(public(HUB88["public_key_pem"]), vector["signature_b64"], body)
    assert not wallet.verified(public(HUB88["public_key_pem"]), vector["signature_b64"], body + b" ")


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "ä"])
def test_an_operator_who_did_not_sign_is_not_believed(signature: str) -> None:
    assert not wallet.verified(public(HUB88["public_key_pem"]), signature, b"test")
    assert not trustly.verified(public(TRUSTLY["js_merchant_public_key"]), signature, "m", "u", {})


@pytest.mark.parametrize("vector", TRUSTLY["serialized"])
def test_data_is_serialised_as_trustlys_clients_do(vector: dict[str, Any]) -> None:
    assert trustly.serialize(vector["data"]) == vector["serialized"]


@pytest.mark.parametrize("vector", [*TRUSTLY["requests"], TRUSTLY["js"]], ids=lambda vector: vector["method"])
def test_what_is_signed_is_what_trustlys_clients_sign(vector: dict[str, Any]) -> None:
    assert vector["method"] + vector["uuid"] + trustly.serialize(vector["data"]) == vector["plaintext"]


def test_a_message_that_trustlys_client_signed_is_genuine_and_an_altered_one_is_not() -> None:
    request = TRUSTLY["rs256"]["request"]
    method, params, key = request["method"], request["params"], public(TRUSTLY["js_merchant_public_key"])
    assert trustly.verified(key, params["Signature"], method, params["UUID"], params["Data"])
    assert not trustly.verified(key, params["Signature"], method, params["UUID"], {**params["Data"], "EndUserID": "6"})
    assert not trustly.verified(key, params["Signature"], "Refund", params["UUID"], params["Data"])
    without_prefix = params["Signature"].removeprefix("alg=RS256;")
    assert not trustly.verified(key, without_prefix, method, params["UUID"], params["Data"])


def test_what_the_bank_signs_verifies() -> None:
    key = generate_private_key(65_537, 2_048)
    data = {"orderid": "1", "attributes": {"final": True, "note": None}}
    signature = trustly.signed(key, "payoutconfirmation", "u", data)
    assert trustly.verified(key.public_key(), signature, "payoutconfirmation", "u", data)
    assert trustly.serialize(data) == "attributesfinaltruenoteorderid1"
