"""Paysafe's webhooks: header `Signature`, base64 of HMAC-SHA256 over the body as it was received.

The key is the text that its portal shows.
"""

import base64
import hashlib
import hmac


def sign(key: str, raw: bytes) -> str:
    """The header for a body.

    >>> sign("key", b"{}")
    'p3dyTZQ+tI3Gm8qKSm1XoE2z+ex+HeTlgehgJlvfMDI='
    """
    return base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest()).decode()


def is_signed(keys: tuple[str, ...], raw: bytes, signature: str) -> bool:
    """Whether one of our keys signed it."""
    given = signature.encode(errors="replace")
    return any(hmac.compare_digest(sign(key, raw).encode(), given) for key in keys)
