"""What can happen to a casino."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.casino.profile import JurisdictionProfile
from chassis.domain import event


@event("backoffice.casino_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class CasinoOpened:
    name: str
    jurisdiction: str
    currency: str
    time_zone: str
    gaming_day_starts_at_hour: int
    profile: JurisdictionProfile


@event("backoffice.jurisdiction_profile_adopted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionProfileAdopted:
    profile_version: int
    effective_from: datetime
    profile: JurisdictionProfile


CasinoEvent = CasinoOpened | JurisdictionProfileAdopted
"""All of them."""
