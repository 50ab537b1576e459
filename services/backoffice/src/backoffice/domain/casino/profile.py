"""The rules of one licence as numbers and switches. Every value is configuration; none is a constant of the product."""

from dataclasses import dataclass

LEVELS = ("none", "basic", "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionProfile:
    """What a regulator asks of a casino.

    Attributes:
        minimum_age: years.
        limit_loosening_hours: a higher deposit limit waits this long (GLI-19 A.3.7 asks for 24 at least).
        exclusion_months_min, exclusion_months_max: how long a player may exclude himself; no maximum when None.
        withdrawal_requires_level: how far a player must be known before money goes out.
        withdrawal_cancellation_allowed: whether a player may take a requested withdrawal back (never in GB).
        required_documents: kinds that prove a player.
        one_account_per_person: refuse a second account of the same name and date of birth.
    """

    minimum_age: int
    limit_loosening_hours: int
    exclusion_months_min: int
    exclusion_months_max: int | None
    withdrawal_requires_level: str
    withdrawal_cancellation_allowed: bool
    required_documents: tuple[str, ...]
    one_account_per_person: bool = True
