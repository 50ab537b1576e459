"""What is said about providers and policies. Secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from contracts.money import AmountMinor, CurrencyCode

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Text = Annotated[str, StringConstraints(max_length=8_192)]


class Bounds(StrictModel):
    """How little and how much is paid in at once, both included; null: no bound but the provider's own."""

    min_minor: AmountMinor | None = None
    max_minor: AmountMinor | None = None


class ProviderBody(StrictModel):
    """A casino's account at a provider, as it shall be. Secrets that are not named stay as they are."""

    enabled: bool
    currencies: Annotated[list[CurrencyCode], Field(min_length=1, max_length=40)]
    settings: Annotated[dict[Name, Text], Field(max_length=20)]
    secrets: Annotated[dict[Name, Text], Field(max_length=20)] = Field(default={}, repr=False)
    deposit_bounds: Annotated[dict[CurrencyCode, Bounds], Field(max_length=40)] | None = Field(
        default=None, description="By currency; when it is not sent, bounds stay as they are"
    )


class ProviderView(BaseModel):
    """A casino's account at a provider."""

    provider: str
    enabled: bool
    currencies: list[str]
    settings: dict[str, Any]
    secrets_set: list[str] = Field(description="The names of the secrets it has")
    deposit_bounds: dict[str, Bounds] = Field(description="How little and how much is paid in at once, by currency")
    updated_at: datetime


class PolicyBody(StrictModel):
    """How withdrawals of one currency are approved."""

    currency: CurrencyCode
    second_person_above_minor: Annotated[int, Field(strict=True, ge=0, le=10**15)] = Field(
        description="Above it a second person must approve; 0: always"
    )
    automatic_up_to_minor: AmountMinor | None = Field(default=None, description="Up to it nobody has to approve")
    minimum_minor: AmountMinor | None = None
    maximum_minor: AmountMinor | None = None


class PolicyView(BaseModel):
    """How withdrawals of one currency are approved at a casino."""

    casino_id: UUID
    currency: str
    second_person_above_minor: int
    automatic_up_to_minor: int | None
    minimum_minor: int | None
    maximum_minor: int | None
