"""Identities that are derived from facts, so that nothing need be stored to recognise a repeat."""

from hashlib import blake2b
from uuid import UUID


def round_id(supplier: str, casino_id: UUID, player_id: UUID, game_code: str, round_ref: str) -> UUID:
    """The id of a player's round.

    Round numbers are unique per game at best, and the players of a live table share them.

    >>> round_id("hub88", UUID(int=1), UUID(int=2), "g", "1") == round_id("hub88", UUID(int=1), UUID(int=3), "g", "1")
    False
    """
    digest = int.from_bytes(_digest(16, supplier, casino_id, player_id, game_code, round_ref), "big")
    return UUID(int=digest & ~(0xF << 76) & ~(0b11 << 62) | 8 << 76 | 0b10 << 62)


def fingerprint(*facts: object) -> int:
    """63 bits that differ when any of the facts differs. The ledger keeps them beside a transfer's id.

    Same id and same fingerprint is a repeat; same id and another fingerprint is an altered repeat.

    >>> fingerprint("a", "bc") == fingerprint("ab", "c")
    False
    """
    return int.from_bytes(_digest(8, *facts), "big") >> 1


def _digest(size: int, *facts: object) -> bytes:
    text = "".join(f"{len(fact)}:{fact}" for fact in map(str, facts))
    return blake2b(text.encode(), digest_size=size).digest()
