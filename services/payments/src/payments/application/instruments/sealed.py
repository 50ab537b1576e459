"""What is personal in an instrument, once it was opened with its player's key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Whose it is as its provider was told, its number, who has a wallet, and the destination of a payout to it."""

    holder: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    owner: str | None = field(default=None, repr=False)
    pays_to: Mapping[str, str] = field(default_factory=dict, repr=False)


def opened(plain: str | None) -> Details:
    """The details of a decrypted text; none at all when the player's key is gone."""
    return Details() if plain is None else msgspec.json.decode(plain, type=Details)
