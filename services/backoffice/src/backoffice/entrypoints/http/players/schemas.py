"""What is said about players."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, EmailStr, Field, StringConstraints

from backoffice.read_models.player_list import PlayerStatus
from chassis.http import NO_CARD_NUMBER, Day, Reason, StrictModel
from contracts.fields import CountryCode
from contracts.money import CurrencyCode

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{6,15}$")]
Address = Annotated[str, StringConstraints(min_length=5, max_length=300, strip_whitespace=True)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class RegisterBody(StrictModel):
    """Everything a licence asks before play (GLI-19 2.5.2): name, address, date of birth, terms accepted."""

    casino_id: UUID
    email: Annotated[EmailStr, Field(max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    first_name: Name
    last_name: Name
    date_of_birth: Day
    country: CountryCode
    currency: CurrencyCode
    phone: Phone | None = None
    address: Address
    terms_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]

    def personal(self) -> dict[str, str]:
        """What is kept encrypted."""
        kept = {
            "email": str(self.email),
            "first_name": self.first_name,
            "last_name": self.last_name,
            "date_of_birth": self.date_of_birth.isoformat(),
            "address": self.address,
        }
        return {**kept, "phone": self.phone} if self.phone else kept


class Registered(BaseModel):
    """The account that was asked for has this id, if it was opened."""

    player_id: UUID
    casino_id: UUID


class ReasonBody(StrictModel):
    reason: Reason


class ChangeProfileBody(StrictModel):
    """What is new; the rest stays. Names are changed by staff, who give a reason."""

    first_name: Name | None = None
    last_name: Name | None = None
    phone: Phone | None = None
    address: Address | None = None
    reason: Reason | None = Field(default=None, description="Of staff; a player needs none")

    def personal(self) -> dict[str, str]:
        """What was sent, by the names under which it is kept."""
        return self.model_dump(exclude={"reason"}, exclude_none=True)


class TagBody(StrictModel):
    tag: Tag


class NoteBody(StrictModel):
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), NO_CARD_NUMBER]


class NoteAdded(BaseModel):
    note_id: UUID


class NoteView(BaseModel):
    """A note; the text is gone (null) once the player's personal data was erased."""

    note_id: UUID
    written_at: datetime
    written_by: str
    text: str | None


class SearchBody(StrictModel):
    """Exact search. It is a POST so that personal data stays out of addresses and their logs."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(min_length=5, max_length=20)] | None = None


class PlayerItem(BaseModel):
    """A player in a list. Personal data is masked; null once it was erased."""

    player_id: UUID
    casino_id: UUID
    status: PlayerStatus = Field(description="closed: his data was erased, and for good")
    country: str
    currency: str
    registered_at: datetime
    tags: list[str] | None = Field(default=None, description="For staff")
    excluded_until: date | None = Field(default=None, description="For whoever sees exclusions")
    test_account: bool
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class HeldLimit(BaseModel):
    """A deposit limit: in force from `effective_from`, and until then the previous one, if there was any."""

    amount_minor: int
    currency: str
    effective_from: datetime
    previous_amount_minor: int | None


class PlayerView(PlayerItem):
    """A player's own page. What is not the reader's to know is missing."""

    limits: dict[str, HeldLimit] | None = Field(
        default=None, description="By period: day, week, month; for whoever sees limits"
    )
    terms_version: str
    phone: str | None = None
    date_of_birth: str | None = None
    address: str | None = None


class PersonalData(BaseModel):
    """In clear. Every look at it is recorded."""

    player_id: UUID
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    date_of_birth: date | None = None
    phone: str | None = None
    address: str | None = None
    country: str
