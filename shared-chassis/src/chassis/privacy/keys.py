"""Keys derived from the master key, one per purpose, and what can be done with them alone."""

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12

MasterKey = bytes | SecretStr
"""32 bytes, or the setting that holds them in base64."""


class SecretUnreadable(Exception):
    """A sealed value was altered, belongs elsewhere, or was sealed under another master key."""


def derive(master_key: MasterKey, purpose: str) -> bytes:
    """A key for one purpose (HKDF-SHA-256): knowing it tells nothing about the master key or the others.

    >>> len(derive(bytes(32), "cursors"))
    32
    """
    raw = base64.b64decode(master_key.get_secret_value()) if isinstance(master_key, SecretStr) else master_key
    if len(raw) != KEY_BYTES:
        raise ValueError("the master key has 32 bytes")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"chassis/{purpose}".encode()).derive(raw)


def encrypt(key: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a fresh nonce before the ciphertext. It opens only together with `bound_to`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to)


def decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `encrypt` was given; SecretUnreadable when anything is not as it was then."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable("the sealed value does not open") from error


def to_text(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """What `to_text` was given; SecretUnreadable when it is not such a text."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise SecretUnreadable("not a sealed value") from error


class BlindIndex:
    """Equal values give equal fingerprints, and without the key nobody can try values out: exact search without text.

    >>> index = BlindIndex(bytes(32))
    >>> index.of(" Ann@Example.com") == index.of("ann@example.com")
    True
    """

    def __init__(self, master_key: MasterKey) -> None:
        self._key = derive(master_key, "blind-index")

    def of(self, value: str) -> str:
        """The fingerprint: 64 hexadecimal digits. Blanks around, case and Unicode form make no difference."""
        normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).strip().casefold())
        return hmac.new(self._key, normal.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class SecretBox:
    """Seals the secrets of providers and suppliers, which have no person behind them.

    `label` binds a secret to its place, so that a sealed value copied to another row does not open there.

    >>> box = SecretBox(bytes(32))
    >>> box.open(box.seal("sk_live", label="stripe"), label="stripe")
    'sk_live'
    """

    _prefix: Final = "sb1:"

    def __init__(self, master_key: MasterKey) -> None:
        self._key = derive(master_key, "secret-box")

    def seal(self, secret: str | bytes, *, label: str = "") -> str:
        """The secret as text for a column."""
        plain = secret.encode() if isinstance(secret, str) else secret
        return self._prefix + to_text(encrypt(self._key, plain, self._bound(label)))

    def open(self, sealed: str, *, label: str = "") -> str:
        """The secret as text; SecretUnreadable when it does not open here."""
        return self.open_bytes(sealed, label=label).decode()

    def open_bytes(self, sealed: str, *, label: str = "") -> bytes:
        """The secret as bytes; SecretUnreadable when it does not open here."""
        if not sealed.startswith(self._prefix):
            raise SecretUnreadable("not a sealed value")
        return decrypt(self._key, from_text(sealed.removeprefix(self._prefix)), self._bound(label))

    def _bound(self, label: str) -> bytes:
        return self._prefix.encode() + label.encode()
