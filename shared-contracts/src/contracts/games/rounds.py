"""The id of a player's round: made from what the supplier says of it, so that whoever hears of a movement knows it."""

from hashlib import blake2b
from uuid import UUID


def round_id(supplier: str, casino_id: UUID, player_id: UUID, game_code: str, round_ref: str) -> UUID:
    """The id of a player's round, as `TransferPosted` names its parts. It never changes from one build to the next.

    Round numbers are unique per game at best, and the players of a live table share them.

    >>> round_id("hub88", UUID(int=1), UUID(int=2), "g", "1") == round_id("hub88", UUID(int=1), UUID(int=3), "g", "1")
    False
    """
    facts = map(str, (supplier, casino_id, player_id, game_code, round_ref))
    text = "".join(f"{len(fact)}:{fact}" for fact in facts)
    digest = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big")
    return UUID(int=digest & ~(0xF << 76) & ~(0b11 << 62) | 8 << 76 | 0b10 << 62)
