"""The signature on BTCPay Server's webhooks: HMAC-SHA256 over the raw body, as received. It carries no moment: a replay
is told by the delivery's id, and moves nothing but a question."""

import hashlib
import hmac

_SCHEME = "sha256="


def sign(secret: str, raw: bytes) -> str:
    """The header BTCPay-Sig of a body."""
    return _SCHEME + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def verified(header: str, secret: str, raw: bytes) -> bool:
    """Whether the header's signature is the server's."""
    return hmac.compare_digest(sign(secret, raw).encode(), header.encode(errors="replace"))
