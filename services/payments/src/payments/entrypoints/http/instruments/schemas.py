"""What is said about instruments."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel
from payments.domain.instrument.words import Kind, Likeness, Ownership, Verification


class OwnershipBody(StrictModel):
    """Whose it is, as a person found out."""

    ownership: Ownership
    reason: Reason


class ClaimBody(StrictModel):
    """Why it is his though another name is on it."""

    reason: Reason


class VerificationBody(StrictModel):
    """Whether winnings may be paid to it."""

    verification: Verification
    reason: Reason


class DisableBody(StrictModel):
    """Why nothing shall be paid to it any more; a player need not say."""

    reason: Reason | None = None


class EnableBody(StrictModel):
    """Why it is good again."""

    reason: Reason


class InstrumentItem(BaseModel):
    """What a player pays with or is paid to. Its number is nowhere shown."""

    instrument_id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str = Field(description="That told of it last")
    kind: Kind
    bin: str | None = Field(description="The first 6 or 8 digits of a card")
    last_four: str | None
    expires_on: date | None = Field(description="Its last day")
    country: str | None = Field(description="Of its issuer")
    holder: str | None = Field(default=None, description="Whose it is, as its provider was told")
    owner: str | None = Field(default=None, description="Of a wallet: by what its provider knows who has it")
    likeness: Likeness | None = Field(
        default=None,
        description="How the holder's name goes with the player's; none: not compared yet, or nobody told a name;"
        " players do not see it",
    )
    ownership: Ownership | None = Field(
        default=None, description="Whether that is the player, as people found out; players do not see it"
    )
    verification: Verification = Field(description="Whether more than came from it may be paid to it")
    shared: bool | None = Field(default=None, description="Another player of the casino uses it; players do not see it")
    disabled: bool = Field(description="Nothing is paid to it any more")
    disabled_by_player: bool | None = Field(
        default=None, description="He switched it off himself: refunds still go back to it; players do not see it"
    )
    deposits: int = Field(description="Paid with it")
    withdrawals: int = Field(description="Asked for to it")
    first_seen_at: datetime
    last_used_at: datetime | None


class InstrumentView(InstrumentItem):
    """One of them, with who else uses it."""

    proved: bool | None = Field(
        default=None,
        description="A provider told that he paid with it, or what was paid there arrived; else he only named it;"
        " players do not see it",
    )
    shared_with: list[UUID] | None = Field(
        default=None, description="The other players of the casino who use it; players do not see it"
    )
    named_by: list[UUID] | None = Field(
        default=None,
        description="Those who only named it, and those of whom people found that it is not theirs: that does not count"
        " against its player, who does not see it",
    )
    players_elsewhere: int | None = Field(
        default=None, description="How many players of the other casinos you see use it; who and where is not told"
    )
