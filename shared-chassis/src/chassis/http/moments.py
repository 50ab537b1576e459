"""Days and moments as request bodies carry them: within bounds, and moments in UTC.

Python and PostgreSQL both know the year 9999; what is computed from it (another time zone, the next day) they do not.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2200

D = TypeVar("D", bound=date)


def _within_bounds(day: D) -> D:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        bounds = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("out_of_range", "Input should be of the years {first} to {last}", bounds)
    return day


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Day = Annotated[date, AfterValidator(_within_bounds)]
"""A date of the years 1800 to 2200."""

Moment = Annotated[AwareDatetime, AfterValidator(_within_bounds), AfterValidator(_in_utc)]
"""A time of the years 1800 to 2200, with its zone in the request and in UTC from here on."""
