"""What can happen to an instrument. What is personal in it is readable with the player's key only."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from chassis.domain import event
from payments.domain.instrument.words import Kind, Likeness, Ownership, Verification


class InstrumentFields(TypedDict):
    """The fields every event of an instrument has."""

    player_id: UUID
    casino_id: UUID
    kind: Kind
    bin: str | None
    last_four: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFact:
    """Whose it is and what it looks like."""

    player_id: UUID
    casino_id: UUID
    kind: Kind
    bin: str | None
    last_four: str | None

    def fields(self) -> InstrumentFields:
        """Only these fields, whatever else the event tells."""
        return {
            "player_id": self.player_id,
            "casino_id": self.casino_id,
            "kind": self.kind,
            "bin": self.bin,
            "last_four": self.last_four,
        }


@event("payments.instrument_seen", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentSeen(InstrumentFact):
    """The player's money came from it, or shall go to it, for the first time.

    Attributes:
        fingerprint: a keyed hash, equal for the same instrument at every player of the installation.
        recognisable: whether it is; else the hash is of what it looks like at this player, and says nothing of others.
        sealed: holder, number and where a payout reaches it (JSON), readable with the player's key; None: he is gone.
        details_index: a keyed hash of these, so that others are noticed.
    """

    provider: str
    fingerprint: str
    recognisable: bool
    expires_on: date | None
    country: str | None
    sealed: str | None
    details_index: str
    seen_at: datetime


@event("payments.instrument_renewed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRenewed(InstrumentFact):
    """The same instrument came with another day of expiry, another holder's name, or another way to it."""

    provider: str
    expires_on: date | None
    country: str | None
    sealed: str | None
    details_index: str


@event("payments.instrument_found_shared", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFoundShared(InstrumentFact):
    """Another player of the casino uses it, too. `players` do so now, this one included."""

    players: int


@event("payments.instrument_found_alone", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFoundAlone(InstrumentFact):
    """It was taken to be shared, and no other player of the casino uses it: one only named it, or people found that it
    is not his.
    """


@event("payments.instrument_holder_compared", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentHolderCompared(InstrumentFact):
    """How its holder's name goes with the player's is known, or is another than it was. No name is in it."""

    likeness: Likeness


@event("payments.instrument_ownership_decided", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentOwnershipDecided(InstrumentFact):
    """A person compared its holder with the player."""

    ownership: Ownership
    decided_by: str


@event("payments.instrument_verification_decided", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentVerificationDecided(InstrumentFact):
    """A person decided whether it is good for payouts of more than came from it."""

    verification: Verification
    decided_by: str


@event("payments.instrument_disabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentDisabled(InstrumentFact):
    """Nothing is paid to it any more. `disabled_by` is the player himself or a member of staff."""

    disabled_by: str

    @property
    def by_player(self) -> bool:
        """Whether it was he: what came from it is still owed to it, for he does not choose where money goes back to."""
        return self.disabled_by == str(self.player_id)


@event("payments.instrument_enabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentEnabled(InstrumentFact):
    """A member of staff took that back."""

    enabled_by: str


class Direction(StrEnum):
    """Which way the money of a payment goes."""

    IN = "in"
    OUT = "out"


@event("payments.instrument_used", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentUsed:
    """A payment is by this instrument. The stream is the payment's: it has one instrument, the first that was told."""

    instrument_id: UUID
    player_id: UUID
    casino_id: UUID
    direction: Direction
    used_at: datetime


InstrumentEvent = (
    InstrumentSeen
    | InstrumentRenewed
    | InstrumentFoundShared
    | InstrumentFoundAlone
    | InstrumentHolderCompared
    | InstrumentOwnershipDecided
    | InstrumentVerificationDecided
    | InstrumentDisabled
    | InstrumentEnabled
)

INSTRUMENT_EVENTS = (
    InstrumentSeen,
    InstrumentRenewed,
    InstrumentFoundShared,
    InstrumentFoundAlone,
    InstrumentHolderCompared,
    InstrumentOwnershipDecided,
    InstrumentVerificationDecided,
    InstrumentDisabled,
    InstrumentEnabled,
)
