"""What payments knows of instruments, as Protocols; adapters and strategies implement them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import CasinoScope
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument, Kind, Likeness, Ownership, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInstrument:
    """An instrument of a player as it stands.

    Attributes:
        fingerprint: a keyed hash; where it is `recognisable`, equal for the same instrument at every player.
        disabled_by_player: it is switched off, and he did that.
        sealed: readable with the player's key; None: he is gone.
        proved: a provider told that he paid with it, or that what was paid there arrived; else he only named it.
    """

    id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str
    kind: Kind
    fingerprint: str
    recognisable: bool
    expires_on: date | None
    ownership: Ownership
    verification: Verification
    shared: bool
    disabled: bool
    disabled_by_player: bool
    sealed: str | None
    first_seen_at: datetime
    last_used_at: datetime | None
    proved: bool

    @property
    def counts(self) -> bool:
        """Whether it speaks of the other players who have it: not what he only named, nor what people found to be
        somebody else's.
        """
        return self.proved and self.ownership is not Ownership.MISMATCH

    def expired(self, on: date) -> bool:
        """Whether its last day is over."""
        return self.expires_on is not None and self.expires_on < on


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutInstrument:
    """A notification says: the payment of our reference is by this instrument. It moves no money."""

    payment_id: UUID | None
    instrument: Instrument


class Instruments(Protocol):
    """The instruments of this installation."""

    async def find(self, connection: AsyncConnection, instrument_id: UUID) -> KnownInstrument | None:
        """One of them."""
        ...

    async def of_payment(
        self, connection: AsyncConnection, payment_id: UUID, direction: Direction
    ) -> KnownInstrument | None:
        """What a deposit (`IN`) or withdrawal (`OUT`) is by; None: nobody told."""
        ...

    async def ids_of_player(self, connection: AsyncConnection, player_id: UUID) -> Sequence[UUID]:
        """Those of a player, by id."""
        ...

    async def last_use(self, connection: AsyncConnection, instrument_id: UUID) -> tuple[UUID, Direction] | None:
        """The payment that was by it last; None: it was only tried, or told of without a payment."""
        ...

    async def of_player(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, most: int
    ) -> Sequence[KnownInstrument]:
        """Those of a player, the one that was used last first."""
        ...

    async def lock(self, connection: AsyncConnection, fingerprint: str) -> None:
        """Nobody else finds out who uses it until the transaction ends."""
        ...

    async def sharers(
        self, connection: AsyncConnection, casino_id: UUID, fingerprint: str
    ) -> Sequence[KnownInstrument]:
        """The same instrument at the players of a casino who use or named it, oldest first."""
        ...

    async def players_elsewhere(
        self, connection: AsyncConnection, casino_id: UUID, fingerprint: str, among: CasinoScope
    ) -> int:
        """How many players of other casinos use it, as far as `among` reaches: who asks learns nothing of casinos he
        does not see, not even that somebody there pays with the same.
        """
        ...


class HolderNames(Protocol):
    """Who knows what players are called."""

    async def likeness(self, player_id: UUID, casino_id: UUID, name: str) -> Likeness | None:
        """How a name goes with the player's; None: he asked to be forgotten.

        Raises:
            DomainError: it cannot be told now, or the player is not known there yet: ask again.
        """
        ...

    async def close(self) -> None:
        """Nobody is asked any more."""
        ...


@runtime_checkable
class ReadsDestinations(Protocol):
    """A payout flow that knows what instrument a destination is, or a deposit flow that is told which one to charge."""

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        """What is paid to, or charged; None: it cannot be told, or not kept."""
        ...
