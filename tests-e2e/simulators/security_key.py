"""A security key (WebAuthn Level 3, sections 6 and 8) of one person, for pages of the local installation."""

import base64
import hashlib
import json
import secrets
import struct
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN: Final = "http://localhost:8000"
"""Whose pages may use it, as security expects where nobody said otherwise (`WEBAUTHN_ORIGINS`)."""

_TOUCHED_AND_KNOWN: Final = 0b101
_WITH_PUBLIC_KEY: Final = 0b100_0000


class SecurityKey:
    """P-256, touched whenever it is asked, and sure whose finger it is."""

    def __init__(self) -> None:
        self._id = secrets.token_bytes(32)
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._count = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create()` gives, without attestation."""
        numbers = self._private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        named = bytes(16) + struct.pack(">H", len(self._id)) + self._id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], _TOUCHED_AND_KNOWN | _WITH_PUBLIC_KEY) + named
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": _b64(client), "attestationObject": _b64(made)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get()` gives."""
        self._count += 1
        client = _client("webauthn.get", options["challenge"])
        data = self._data(options["rpId"], _TOUCHED_AND_KNOWN)
        signed = self._private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        return self._answer({name: _b64(part) for name, part in parts.items()})

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self._count)

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        own = _b64(self._id)
        return {"id": own, "rawId": own, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _client(kind: str, challenge: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}).encode()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
