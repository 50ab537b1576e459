"""What two dates of birth say about two names that are alike."""

from collections.abc import Sequence
from datetime import date, timedelta

from verification.application.listed import Birth
from verification.application.ports import BirthVerdict

QUALIFIER: dict[BirthVerdict, float] = {"agrees": 0.10, "near": 0.0, "unknown": 0.0, "disagrees": -0.15}
"""Added to the likeness of the names. A disagreement alone never hides an equal name at the default threshold."""

_SLACK = timedelta(days=366)
"""Lists are off by a year more often than people lie about one."""


def compare(born: date | None, listed: Sequence[Birth]) -> BirthVerdict:
    """The kindest verdict any of the listed dates allows."""
    if born is None or not listed:
        return "unknown"
    if any(birth.exact and birth.earliest == born for birth in listed):
        return "agrees"
    if any(birth.earliest - _SLACK <= born <= birth.latest + _SLACK for birth in listed):
        return "near"
    return "disagrees"
