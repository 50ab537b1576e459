"""What is said about casinos."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from backoffice.domain.casino.profile import JurisdictionProfile
from chassis.http import Moment, Reason, StrictModel
from contracts.money import EXPONENTS, CurrencyCode
from contracts.verification.documents import RequiredDocument

_ZONES = available_timezones()


def _known_zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("not a time zone of the IANA database")
    return name


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError("not a currency of this installation")
    return code


KnownCurrency = Annotated[CurrencyCode, AfterValidator(_known_currency)]


class ProfileBody(StrictModel):
    """The rules of a licence."""

    minimum_age: Annotated[int, Field(strict=True, ge=18, le=30)]
    limit_loosening_hours: Annotated[int, Field(strict=True, ge=24, le=720)]
    exclusion_months_min: Annotated[int, Field(strict=True, ge=1, le=120)]
    exclusion_months_max: Annotated[int, Field(strict=True, ge=1, le=1200)] | None = None
    withdrawal_requires_level: Literal["none", "basic", "verified"]
    withdrawal_cancellation_allowed: bool
    required_documents: Annotated[list[RequiredDocument], Field(max_length=10)]
    one_account_per_person: bool = True

    def to_domain(self) -> JurisdictionProfile:
        """The same for the domain."""
        values = self.model_dump()
        return JurisdictionProfile(**{**values, "required_documents": tuple(self.required_documents)})


class OpenCasinoBody(StrictModel):
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,10})?$")]
    currency: KnownCurrency
    time_zone: Annotated[str, StringConstraints(max_length=60), AfterValidator(_known_zone)]
    gaming_day_starts_at_hour: Annotated[int, Field(strict=True, ge=0, le=23)] = 0
    profile: ProfileBody


class AdoptProfileBody(StrictModel):
    effective_from: Moment | None = Field(default=None, description="As soon as it is approved when absent")
    profile: ProfileBody
    reason: Reason


class ProfileVersion(BaseModel):
    """One version of a casino's rules."""

    version: int
    effective_from: datetime
    profile: dict[str, object]


class CasinoView(BaseModel):
    """A casino."""

    model_config = ConfigDict(from_attributes=True)

    casino_id: UUID
    name: str
    jurisdiction: str
    currency: str
    time_zone: str
    gaming_day_starts_at_hour: int
    profiles: list[ProfileVersion]
    opened_at: datetime
