"""What can be asked about a casino."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.casino.profile import JurisdictionProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCasino:
    name: str
    jurisdiction: str
    currency: str
    time_zone: str
    gaming_day_starts_at_hour: int
    profile: JurisdictionProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptProfile:
    profile: JurisdictionProfile
    effective_from: datetime
    now: datetime


CasinoCommand = OpenCasino | AdoptProfile
"""All of them."""
