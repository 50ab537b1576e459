"""Passwords: which are good enough, and how they are kept (argon2id, RFC 9106)."""

import asyncio
import secrets
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.domain import Invalid

LONGEST = 128
SHORTEST = {"staff": 12, "player": 8}

_AT_ONCE = 2
"""Hashes computed at the same time: each takes tens of MiB and a core."""

_COMMON = frozenset(
    {"password", "passwort", "12345678", "123456789", "1234567890", "qwertyuiop", "qwerty123", "iloveyou", "casino123"}
)


class PasswordTooWeak(Invalid):
    """Guessing would be too easy."""

    code: ClassVar[str] = "password_too_weak"


class Passwords:
    """Hashes and checks passwords without stopping the event loop.

    Args:
        memory_kib, rounds: the cost of one hash; the OWASP floor is 19 MiB and 2 rounds.
    """

    def __init__(self, *, memory_kib: int, rounds: int) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=rounds, parallelism=1)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether the password is right. Without a kept hash the same work is done, so that time tells nothing."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, kept)

    def _verify(self, password: str, kept: str | None) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def require_strong(kind: str, password: str, handle: str) -> None:
    """Refuse a password that is too short, too long, well known, or made of the log-in."""
    shortest = SHORTEST[kind]
    if not shortest <= len(password) <= LONGEST:
        raise PasswordTooWeak(f"A password has {shortest} to {LONGEST} characters.", field="password")
    lowered = password.casefold()
    if lowered in _COMMON or len(set(lowered)) < 4 or (handle and handle.casefold() in lowered):
        raise PasswordTooWeak("This password is too easy to guess.", field="password")


def one_time_password() -> str:
    """A password for one use: 128 random bits, readable in four groups."""
    words = secrets.token_hex(16)
    return "-".join(words[i : i + 8] for i in range(0, 32, 8))
