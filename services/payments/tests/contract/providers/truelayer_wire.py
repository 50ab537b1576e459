"""How TrueLayer writes, for its tests."""

import base64
import json
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from truelayer_signing import HttpMethod, sign_with_pem

from payments.application.ports import HttpAnswer

from .suite import Wire

API = "https://api.truelayer-sandbox.com"
MERCHANT = "a61acaef-ee05-4077-92f3-25543a11bd8d"
PAYMENT = "c7f3f6c5-ae17-4d43-829c-0aa0f5b4d0a1"
SOURCE = "018f3a5e-7c1d-7000-8000-00000000abcd"
PATH = f"/partner/payments/truelayer/{UUID(int=7)}/notifications"
ERRORS = "https://docs.truelayer.com/docs/error-types#"


def key_pair() -> tuple[str, dict[str, str]]:
    key = ec.generate_private_key(ec.SECP521R1())
    point = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(66)).rstrip(b"=").decode() for n in (point.x, point.y))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, {"kty": "EC", "crv": "P-521", "x": x, "y": y}


OUR_PEM, OUR_JWK = key_pair()
THEIR_PEM, THEIR_JWK = key_pair()
OTHER_PEM, _ = key_pair()
SETTINGS: dict[str, Any] = {
    "base_url": API, "auth_url": "https://auth.truelayer-sandbox.com", "client_id": "casino-1", "key_id": "k-ours",
    "webhook_keys": json.dumps({"keys": [{"kid": "k-theirs", **THEIR_JWK}]}), "merchant_account_eur": MERCHANT,
}  # fmt: skip
SECRETS = {"client_secret": "very secret", "private_key": OUR_PEM}


def signed(
    event: Any, pem: str = THEIR_PEM, *, key_id: str = "k-theirs", at: str = "2026-03-01T11:59:55Z", path: str = PATH
) -> Wire:
    """A webhook as TrueLayer's own library signs it."""
    raw = json.dumps(event).encode()
    headers = {"X-Tl-Webhook-Timestamp": at, "Content-Type": "application/json"}
    signer = sign_with_pem(key_id, pem).set_method(HttpMethod.POST).set_path(path).add_headers(headers)
    signature = signer.set_jku("https://webhooks.truelayer-sandbox.com/.well-known/jwks").set_body(raw.decode())
    return raw, {**{name.lower(): value for name, value in headers.items()}, "tl-signature": signature.sign()}


def answer(status: int, body: Any) -> HttpAnswer:
    """An answer in JSON."""
    return HttpAnswer(status, json.dumps(body).encode())


def thing(status: str, **fields: Any) -> dict[str, Any]:
    """A payment or a payout."""
    return {"id": PAYMENT, "amount_in_minor": 50_00, "currency": "EUR", "status": status, **fields}
