"""What one transaction is made of: requests with everything that posting them needs to know."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from chassis.store import Context
from payments.domain.ledger.transfers import GameMove, PlainMove, WalletIds


class Owner(NamedTuple):
    """Whose wallet it is; the ids as text, as they go into events."""

    casino_id: str
    player_id: str
    currency: str


class KnownWallet(NamedTuple):
    """A wallet's accounts by number. Numbers never change, so this may be remembered for ever.

    Attributes:
        owners: the owner by number of the cash account, ready for a unit.
    """

    ids: WalletIds
    owners: Mapping[int, Owner]


class Unit(NamedTuple):
    """Requests that are posted together or not at all; nearly always just one.

    Attributes:
        locks: the players' accounts it may touch.
        house: the accounts of house and providers it may touch.
        owners: by number of the cash account, for every player it concerns.
        ctx: who asked; None for a game movement, which is the supplier's doing.
    """

    requests: tuple[GameMove | PlainMove, ...]
    locks: tuple[int, ...]
    house: tuple[int, ...]
    owners: Mapping[int, Owner]
    ctx: Context | None = None


WalletKey = tuple[UUID, UUID, str]
"""(casino, player, currency)."""
