"""The part of a casino's jurisdiction profile that other services keep to."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.fields import Code
from contracts.verification.events import Level

_Months = Annotated[int, Field(strict=True, ge=1, le=1200)]


class JurisdictionProfile(BaseModel):
    """The rules of one licence as numbers and switches. It grows like an event: by fields with a default."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    minimum_age: Annotated[int, Field(strict=True, ge=0, le=150)]
    """Years."""
    limit_loosening_hours: Annotated[int, Field(strict=True, ge=0, le=8760)]
    """How long a higher deposit limit waits before it holds."""
    exclusion_months_min: _Months
    """The shortest self-exclusion a player may choose."""
    exclusion_months_max: _Months | None = None
    """The longest; absent where there is none."""
    withdrawal_requires_level: Level
    """How far a player must be known before money goes out."""
    withdrawal_cancellation_allowed: bool
    """Whether a player may take a requested withdrawal back."""
    required_documents: tuple[Code, ...]
    """Kinds of documents that together make a player verified."""
    one_account_per_person: bool = True
    """Whether a second account of the same person is refused."""
