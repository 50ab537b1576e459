"""The token of an order: CoinGate gives it back with every callback, and nothing else says that one is genuine.

It follows from our reference and a secret of the account, so that it can be checked without being kept.
"""

import hashlib
import hmac


def token_of(secret: str, reference: str) -> str:
    """The token of the order made for `reference`."""
    return hmac.new(secret.encode(), reference.encode(), hashlib.sha256).hexdigest()


def is_token_of(token: str, secret: str, reference: str) -> bool:
    """Whether somebody who knows the order's token says so."""
    return hmac.compare_digest(token_of(secret, reference).encode(), token.encode(errors="replace"))
