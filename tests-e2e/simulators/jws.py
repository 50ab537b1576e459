"""Detached JSON web signatures with ES512 as TrueLayer makes and checks them."""

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SIZE = 66
_ES512 = ec.ECDSA(hashes.SHA512())


class CurvePair(NamedTuple):
    """A key of the curve P-521 and its id."""

    key_id: str
    private: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """As it is handed to its owner."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def jwk(self) -> dict[str, str]:
        """The public one, as it is published."""
        point = self.private.public_key().public_numbers()
        x, y = (_to_text(number.to_bytes(SIZE, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "alg": "ES512", "crv": "P-521", "kid": self.key_id, "x": x, "y": y}


def make_curve_pair(key_id: str = "simulator-1") -> CurvePair:
    """A new key."""
    return CurvePair(key_id, ec.generate_private_key(ec.SECP521R1()))


def signature(pair: CurvePair, method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """The signature of a message with all of its headers."""
    facts = {"alg": "ES512", "kid": pair.key_id, "tl_version": "2", "tl_headers": ",".join(headers), "jku": "-"}
    header = _to_text(json.dumps(facts, separators=(",", ":")).encode())
    lines = [f"{method} {path}\n", *(f"{name}: {value}\n" for name, value in headers.items())]
    text = f"{header}.{_to_text(''.join(lines).encode() + body)}".encode()
    both = (number.to_bytes(SIZE, "big") for number in utils.decode_dss_signature(pair.private.sign(text, _ES512)))
    return f"{header}..{_to_text(b''.join(both))}"


def is_signed(
    key: ec.EllipticCurvePublicKey, signed: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Whether the owner of the key signed the message."""
    try:
        header, raw = signed.split("..")
        facts: Any = json.loads(_to_bytes(header))
        names = [name for name in facts["tl_headers"].split(",") if name]
        lines = [f"{method} {path}\n", *(f"{name}: {headers[name]}\n" for name in names)]
        both = _to_bytes(raw)
        numbers = int.from_bytes(both[:SIZE], "big"), int.from_bytes(both[SIZE:], "big")
        text = f"{header}.{_to_text(''.join(lines).encode() + body)}".encode()
        key.verify(utils.encode_dss_signature(*numbers), text, _ES512)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return False
    return bool(facts["alg"] == "ES512")


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
