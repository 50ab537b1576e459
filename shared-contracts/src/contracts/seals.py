"""How the seals of a hash chain are written down, for people to keep and programs to compare.

A seal is `1200:5f3a...`: its number, and the value of the chain there, 32 bytes in lower-case hexadecimal. Among those
of several ledgers it stands on a line of its own, after the name of its ledger: `wallets 1200:5f3a...`.
"""

import re
from dataclasses import dataclass
from typing import Self

_SEAL = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_LINE = re.compile(r"([a-z0-9][a-z0-9_.-]{0,63}) (\S+)")
_SHOWN = 90


@dataclass(frozen=True, slots=True, order=True)
class Seal:
    """What a chain was at a number."""

    number: int
    chain: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.chain.hex()}"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Of its text.

        Raises:
            ValueError: it is another text.
        """
        found = _SEAL.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text[:_SHOWN]!r} is no seal: one is written as 1200:5f3a..., with 64 hexadecimal digits"
            )
        return cls(int(found[1]), bytes.fromhex(found[2]))


@dataclass(frozen=True, slots=True, order=True)
class ToldSeal:
    """A seal of one of several ledgers, as others were told of it."""

    ledger: str
    seal: Seal

    def __str__(self) -> str:
        return f"{self.ledger} {self.seal}"

    @classmethod
    def parsed(cls, line: str) -> Self:
        """Of its line, without the end of it.

        Raises:
            ValueError: it is another text.
        """
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"{line[:_SHOWN]!r} is no seal of a ledger: one is written as wallets 1200:5f3a...")
        return cls(found[1], Seal.parsed(found[2]))
