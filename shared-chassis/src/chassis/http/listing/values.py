"""Values as clients write them, read as the type of their field. ValueError says what is expected instead.

Dynamic values stand only where no literal could be meant: `now`, `now-7d` (s m h d w), `$now` and `$today` on dates
and timestamps, `$me` on ids of staff. They are resolved when they are read, so that a saved filter stays alive.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from chassis.http.listing.errors import choice
from chassis.http.listing.fields import Field

_INTEGER: Final = re.compile(r"-?[0-9]{1,19}\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_AGO: Final = re.compile(r"\$?now(?:-([0-9]{1,6})([smhdw]))?\Z")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Moment:
    """What dynamic values and times without an offset mean in this request."""

    now: datetime
    zone: tzinfo = UTC
    me: str | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def parse(field: Field, text: str, moment: Moment) -> Any:
    """A value of the field's type."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("text without NUL characters and halves of pairs")
    if field.refers == "staff" and text == "$me":
        text = moment.me or ""
    match field.type:
        case "integer":
            return _integer(text, field.bits)
        case "uuid":
            return _uuid(text)
        case "timestamp":
            return _timestamp(text, moment)
        case "date":
            return _date(text, moment)
        case "boolean":
            return _boolean(text)
        case _:
            if field.words and text not in field.words:
                raise ValueError(choice(field.words))
            return text


def _integer(text: str, bits: int) -> int:
    if not _INTEGER.match(text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1):
        raise ValueError(f"a whole number of at most {bits} bits")
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        if len(text) == 36:
            return UUID(text)
    except ValueError:
        pass
    raise ValueError("a UUID")


def _timestamp(text: str, moment: Moment) -> datetime:
    try:
        if _AGO.match(text):
            return _ago(text, moment)
        if text == "$today" or _DATE.match(text):
            day = _date(text, moment)
            return datetime(day.year, day.month, day.day, tzinfo=moment.zone).astimezone(UTC)
        if _TIMESTAMP.match(text):
            at = datetime.fromisoformat(text)
            return (at.replace(tzinfo=moment.zone) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("a time as 2026-01-31T12:00:00Z, a date, now, now-7d or $today")


def _date(text: str, moment: Moment) -> date:
    try:
        if text == "$today":
            return moment.today
        if _AGO.match(text):
            return _ago(text, moment).astimezone(moment.zone).date()
        if _DATE.match(text):
            return date.fromisoformat(text)
    except (ValueError, OverflowError):
        pass
    raise ValueError("a date as 2026-01-31, $today or now-7d")


def _ago(text: str, moment: Moment) -> datetime:
    found = _AGO.match(text)
    if found is None or found[1] is None:
        return moment.now
    return moment.now - timedelta(**{_UNITS[found[2]]: int(found[1])})


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"
