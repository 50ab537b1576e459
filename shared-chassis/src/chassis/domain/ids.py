"""Identifiers that sort by the moment they were made (UUID version 7, RFC 9562 section 5.7)."""

import secrets
import time
from uuid import UUID

_RANDOM_BITS = 74


def uuid7(unix_ms: int | None = None) -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then version, variant and 74 random bits.

    Index pages fill from one end with it, which is measurably kinder to PostgreSQL than UUIDv4.

    >>> uuid7(unix_ms=0).version
    7
    """
    moment = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    random = secrets.randbits(_RANDOM_BITS)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(moment & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
