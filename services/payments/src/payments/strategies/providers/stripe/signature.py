"""The signature on Stripe's webhooks: HMAC-SHA256 over the moment and the raw body, as received."""

import hashlib
import hmac

TOLERANCE_S = 300
"""How far a webhook's moment may be from ours. Stripe signs each delivery anew: an older one is a replay, and one from
the future would be a replay for as long as it lies ahead."""


def sign(secret: str, timestamp: int, raw: bytes) -> str:
    """The hexadecimal signature (scheme v1) of a body at a moment (Unix seconds)."""
    return hmac.new(secret.encode(), b"%d." % timestamp + raw, hashlib.sha256).hexdigest()


def verified_at(header: str, secret: str, raw: bytes, now_s: int) -> int | None:
    """The moment at which the header's signature was made; None when it is not genuine, too old or ahead of us.

    Any of several v1 signatures will do (there are two while a secret is rotated); other schemes are not looked at.
    """
    parts = [tuple(part.strip().partition("=")[::2]) for part in header.split(",")]
    moments = [value for name, value in parts if name == "t"]
    signatures = [value for name, value in parts if name == "v1"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit() and len(moments[0]) <= 12):
        return None
    timestamp = int(moments[0])
    expected = sign(secret, timestamp, raw).encode()
    genuine = False
    for signature in signatures:
        genuine |= hmac.compare_digest(expected, signature.encode(errors="replace"))
    return timestamp if genuine and abs(now_s - timestamp) <= TOLERANCE_S else None
