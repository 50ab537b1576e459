"""What people prove themselves with, made of cryptography alone: it shares no code with the service.

A phone that shows codes (RFC 6238) and a key that answers ceremonies (WebAuthn Level 3, sections 6 and 8), each with
the ways in which a bad one is bad.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:8000"


def code_at(secret: str, moment: datetime) -> str:
    """The six digits of these 30 seconds."""
    counter = struct.pack(">Q", int(moment.timestamp()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """As much of RFC 8949 as attestations need."""
    match value:
        case int() if value >= 0:
            return _head(0, value)
        case int():
            return _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case dict():
            return _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    raise TypeError(value)


def _head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    if size < 256:
        return bytes([major << 5 | 24, size])
    return bytes([major << 5 | 25]) + struct.pack(">H", size)


class SecurityKey:
    """A key of one person for one site.

    Args:
        synced: it is copied between devices, and says so (flags BE and BS).
        attestation: `none`, or `packed` signed by the key itself.
    """

    def __init__(self, *, synced: bool = False, attestation: str = "none") -> None:
        self.id = secrets.token_bytes(32)
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._synced = synced
        self._attestation = attestation
        self.count = 0
        self.verifies_user = True
        self.present = True
        self.origin = ORIGIN
        self.cross_origin = False
        self.rp_id: str | None = None
        self.user: bytes | None = None

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create()` gives."""
        assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
        self.user = unb64(options["user"]["id"])
        rp_id = self.rp_id or options["rp"]["id"]
        client = self._client("webauthn.create", options["challenge"])
        data = self._data(rp_id, attested=True)
        statement: dict[str, Any] = {}
        if self._attestation == "packed":
            statement = {"alg": -7, "sig": self._sign(data + hashlib.sha256(client).digest())}
        made = cbor({"fmt": self._attestation, "attStmt": statement, "authData": data})
        return self._credential({"clientDataJSON": b64(client), "attestationObject": b64(made), "transports": ["usb"]})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get()` gives."""
        self.count += 1
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(self.rp_id or options["rpId"], attested=False)
        answer = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(self._sign(data + hashlib.sha256(client).digest())),
        }
        if self.user is not None:
            answer["userHandle"] = b64(self.user)
        return self._credential(answer)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "cross-platform",
        }

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(said).encode()

    def _data(self, rp_id: str, *, attested: bool) -> bytes:
        flags = self.present | self.verifies_user << 2 | (0x18 if self._synced else 0) | attested << 6
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)
        if not attested:
            return data
        return data + bytes(16) + struct.pack(">H", len(self.id)) + self.id + self._public()

    def _public(self) -> bytes:
        numbers = self._private.public_key().public_numbers()
        return cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _sign(self, data: bytes) -> bytes:
        return self._private.sign(data, ec.ECDSA(SHA256()))
