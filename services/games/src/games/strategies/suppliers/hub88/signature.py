"""Hub88 signs the exact bytes of a body: RSA, PKCS#1 v1.5, SHA-256, standard base64, header X-Hub88-Signature."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

HEADER = "X-Hub88-Signature"
RAW_HEADER = HEADER.lower().encode()

_SMALLEST_KEY_BITS = 2048
_PADDING, _HASH = PKCS1v15(), SHA256()


def read_public_key(pem: str) -> RSAPublicKey:
    """An RSA public key of 2048 bits or more; ValueError for anything else."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey) or key.key_size < _SMALLEST_KEY_BITS:
        raise ValueError("not an RSA key of 2048 bits or more")
    return key


def read_private_key(pem: str, *, checked_before: bool = False) -> RSAPrivateKey:
    """An RSA private key of 2048 bits or more; ValueError for anything else.

    The check of its numbers takes a tenth of a second, in which no bet is answered: a key that was checked when it was
    configured need not be checked again.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=checked_before)
    except TypeError as error:
        raise ValueError("the key is protected by a password") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SMALLEST_KEY_BITS:
        raise ValueError("not an RSA key of 2048 bits or more")
    return key


def sign(key: RSAPrivateKey, body: bytes) -> str:
    """The signature of these bytes, as the header carries it."""
    return base64.b64encode(key.sign(body, _PADDING, _HASH)).decode()


def verified(key: RSAPublicKey, signature: bytes | None, body: bytes) -> bool:
    """Whether the header's value is this key's signature of exactly these bytes."""
    if not signature:
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), body, _PADDING, _HASH)
    except (binascii.Error, InvalidSignature):
        return False
    return True
