"""RSA keys, made at start and never kept."""

import asyncio
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class KeyPair(NamedTuple):
    """A private key and the public one that goes with it."""

    private: RSAPrivateKey
    public: RSAPublicKey

    @property
    def private_pem(self) -> str:
        """As it is handed to its owner."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def public_pem(self) -> str:
        """As it is handed to the other side."""
        return self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def make_pair() -> KeyPair:
    """2048 bits, made off the event loop."""
    private = await asyncio.to_thread(generate_private_key, 65537, 2048)
    return KeyPair(private, private.public_key())
