"""The other side of Hub88's protocol: its keys, its bodies, its signatures. Shares no code with the strategy."""

import base64
import json
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from services.games.tests.support.facts import GAME, PLAYER, TOKEN

HEADER = "X-Hub88-Signature"


@cache
def key(owner: str) -> rsa.RSAPrivateKey:
    """A key pair per owner, made once per run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(owner: str) -> str:
    """The public half, as exchanged."""
    return key(owner).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(owner: str) -> str:
    """The private half, as a casino keeps it."""
    return key(owner).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def sign(body: bytes, owner: str = "hub88") -> str:
    """The signature of these bytes."""
    return base64.b64encode(key(owner).sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def signed(body: bytes, owner: str = "hub88") -> dict[str, str]:
    """The headers of a signed call."""
    return {HEADER: sign(body, owner), "Content-Type": "application/json"}


def settings(base_url: str = "http://hub88.test") -> dict[str, Any]:
    """The settings of an account."""
    return {"base_url": base_url, "operator_id": 7, "public_key": public_pem("hub88")}


def secrets() -> dict[str, str]:
    """The secrets of an account."""
    return {"private_key": private_pem("casino")}


def document(operation: str, **changes: Any) -> dict[str, Any]:
    """A body as Hub88 would send it; a change to `...` leaves the field out."""
    made: dict[str, Any] = {"user": str(PLAYER), "request_uuid": str(uuid4())}
    if operation != "user/info":
        made |= {"token": TOKEN, "game_code": GAME}
    if operation.startswith("transaction/"):
        made |= {
            "transaction_uuid": str(uuid4()),
            "supplier_transaction_id": str(uuid4()),
            "round": "rNEMwgzJAOZ6eR3V",
            "round_closed": False,
        }
    if operation in ("transaction/bet", "transaction/win"):
        made |= {"amount": 1_000_000, "currency": "EUR", "is_free": False, "is_supplier_promo": False, "bet": "zero"}
    if operation in ("transaction/win", "transaction/rollback"):
        made["reference_transaction_uuid"] = str(uuid4())
    made |= changes
    return {name: value for name, value in made.items() if value is not ...}


def body(operation: str, **changes: Any) -> bytes:
    """The same as bytes."""
    return json.dumps(document(operation, **changes)).encode()
