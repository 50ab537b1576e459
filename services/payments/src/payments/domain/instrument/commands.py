"""What can be asked of an instrument. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Kind, Likeness, Ownership, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeInstrument:
    """A provider told of it. Everything personal is already unreadable or hashed, see `InstrumentSeen`."""

    player_id: UUID
    casino_id: UUID
    kind: Kind
    bin: str | None
    last_four: str | None
    provider: str
    fingerprint: str
    recognisable: bool
    expires_on: date | None
    country: str | None
    sealed: str | None
    details_index: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindShared:
    """So many players of the casino use it, this one included."""

    players: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAlone:
    """No other player of the casino uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareHolder:
    """Verification compared its holder's name with the player's. `details_index`: of the details it was told with."""

    likeness: Likeness
    details_index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOwnership:
    """A person says whose it is; `agreed`: and a second one, too."""

    ownership: Ownership
    decider: str
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideVerification:
    """A person says whether it is good for payouts."""

    verification: Verification
    decider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableInstrument:
    """Pay nothing to it any more."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableInstrument:
    """Take that back."""

    by: str


InstrumentCommand = (
    SeeInstrument
    | FindShared
    | FindAlone
    | CompareHolder
    | DecideOwnership
    | DecideVerification
    | DisableInstrument
    | EnableInstrument
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseInstrument:
    """A payment is by it."""

    instrument_id: UUID
    player_id: UUID
    casino_id: UUID
    direction: Direction
    now: datetime
