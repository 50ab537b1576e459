"""What payments tells of the instruments that players pay with and are paid to: never a number, never a name."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.event import ContractEvent
from contracts.fields import ActorRef, CasinoId, PlayerId, Slug

INSTRUMENTS = "payments.instrument.events"

InstrumentKind = Literal["card", "bank", "wallet", "crypto"]
Bin = Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{8})$")]
LastFour = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,4}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class InstrumentSeen(
    ContractEvent,
    type="payments.instrument_seen",
    version=1,
    topic=INSTRUMENTS,
    key="player_id",
    consumers=("backoffice",),
):
    """A player's money came from an instrument, or shall go to it, for the first time; or it came renewed."""

    instrument_id: UUID
    """The same for the same instrument of the same player."""
    player_id: PlayerId
    casino_id: CasinoId
    kind: InstrumentKind
    provider: Slug
    bin: Bin | None = None
    """The first 6 or 8 digits of a card: who issued it."""
    last_four: LastFour | None = None
    country: Country | None = None
    """Of its issuer."""
    expires_on: date | None = None
    """The last day of a card."""
    renewed: bool = False
    """It was known, and came with another day of expiry, another holder or another way to it."""


class InstrumentShared(
    ContractEvent,
    type="payments.instrument_shared",
    version=1,
    topic=INSTRUMENTS,
    key="player_id",
    consumers=("backoffice",),
):
    """Another player of the casino uses the same instrument. It is told of each of them, once."""

    instrument_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    kind: InstrumentKind
    players: Annotated[int, Field(ge=2)]
    """Of the casino who use it, this one included."""
    bin: Bin | None = None
    """The first 6 or 8 digits of a card: who issued it."""
    last_four: LastFour | None = None


class InstrumentReviewed(
    ContractEvent,
    type="payments.instrument_reviewed",
    version=1,
    topic=INSTRUMENTS,
    key="player_id",
    consumers=("backoffice",),
):
    """A person decided something about an instrument, verification compared its holder's name with the player's, or its
    player wants nothing paid to it any more.
    """

    instrument_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    kind: InstrumentKind
    likeness: Literal["match", "partial", "mismatch", "unknown"] | None = None
    """How the holder's name goes with the player's, where that was compared; `unknown`: it cannot be told."""
    ownership: Literal["unknown", "matches", "mismatch"] | None = None
    """Whether its holder is the player, where that was decided."""
    verification: Literal["unverified", "verified", "refused"] | None = None
    """Whether more than came from it may be paid to it, where that was decided."""
    disabled: bool | None = None
    """Whether nothing is paid to it any more, where that was decided."""
    decided_by: ActorRef
    last_four: LastFour | None = None
