"""Session tokens: what a supplier shows us with every wallet call.

A token is 256 bits derived from the session's id under a key that only games has. So nobody can make one up, nothing
secret is stored (the database keeps a hash), and a launch whose answer got lost can be asked again with the same token.
"""

import base64
import hashlib
import hmac
from uuid import UUID

PURPOSE = "games/session-token"
"""What the tokens' key is derived for."""


class SessionTokens:
    """Makes tokens. `key` is derived from the installation's master key for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, session_id: UUID) -> str:
        """43 URL-safe characters, always the same for one session."""
        return base64.urlsafe_b64encode(hmac.digest(self._key, session_id.bytes, "sha256")).rstrip(b"=").decode()


def hash_token(token: str) -> str:
    """What is stored of a token, and looked up.

    >>> len(hash_token("x"))
    64
    """
    return hashlib.sha256(token.encode()).hexdigest()
