"""The signature inside Adyen's standard webhooks: HMAC-SHA256 over eight fields of the item, joined by colons.

Source: docs.adyen.com, "Verify HMAC signatures", and the official SDKs. Nothing else of the item is signed: not why a
payment was refused, not when, not the additional data.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from payments.strategies.providers.reading import section

_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_SEPARATOR = ":"


def is_key(text: str) -> bool:
    """Whether it is a key as Adyen's Customer Area makes them: 32 bytes, hexadecimal."""
    return _KEY.fullmatch(text) is not None


def mac(key: str, text: bytes) -> str:
    """The HMAC of a text, in base64. `key` is hexadecimal."""
    return base64.b64encode(hmac.digest(bytes.fromhex(key), text, hashlib.sha256)).decode()


def sign(key: str, item: Mapping[str, Any]) -> str:
    """The signature of an item."""
    return mac(key, _SEPARATOR.join(_signed(item)).encode(errors="replace"))


def verify(key: str, item: Mapping[str, Any]) -> bool:
    """Whether the item's own signature was made with this key.

    The texts are compared, not the bytes they stand for: more than one text stands for the same bytes.
    """
    given = section(item.get("additionalData")).get("hmacSignature")
    return isinstance(given, str) and hmac.compare_digest(sign(key, item).encode(), given.encode(errors="replace"))


def is_ambiguous(item: Mapping[str, Any]) -> bool:
    """Whether a signed field holds the separator: then the same signature fits other fields as well."""
    return any(_SEPARATOR in value for value in _signed(item))


def _signed(item: Mapping[str, Any]) -> list[str]:
    amount = section(item.get("amount"))
    fields = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        amount.get("value"),
        amount.get("currency"),
        item.get("eventCode"),
        item.get("success"),
    )
    return ["" if value is None else str(value) for value in fields]
