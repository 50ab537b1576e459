"""Reading everything a request says about a list: filters, order, page, columns, and what it prefers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.http.listing import errors
from chassis.http.listing.errors import choice, refused
from chassis.http.listing.grammar import read_filters
from chassis.http.listing.tree import Node

DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 500
MOST_OFFSET: Final = 10_000
LONGEST_SEARCH: Final = 64
WORDS: Final = ("select", "order", "limit", "offset", "after", "before", "q", "view")

Count = Literal["none", "exact", "planned", "estimated"]
_COUNTS: Final = ("none", "exact", "planned", "estimated")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+\-]{1,40}(/[A-Za-z0-9_+\-]{1,40}){0,2}\Z")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What `Prefer` asks for (RFC 7240). `applied` is what the answer says was taken into account."""

    count: Count | None = None
    strict: bool = False
    zone: ZoneInfo | None = None
    applied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query string, read but not yet held against the fields of a list."""

    filters: Node | None
    order: str | None
    limit: int
    offset: int
    after: str | None
    before: str | None
    select: tuple[str, ...] | None
    q: str | None
    view: UUID | None = None

    @property
    def cursor(self) -> str | None:
        return self.after if self.after is not None else self.before


def read_query(parameters: Iterable[tuple[str, str]], *, strict: bool = False) -> ListQuery:
    """The query; RequestProblem (400, LST1xx) naming what would be allowed when it is none."""
    given = list(parameters)
    words: dict[str, str] = {}
    for name, text in given:
        if name in WORDS:
            if name in words:
                raise refused(errors.REPEATED_PARAMETER, name, f"Give {name} once.")
            words[name] = text
    paging = [name for name in ("offset", "after", "before") if name in words]
    if len(paging) > 1:
        raise refused(errors.REPEATED_PARAMETER, paging[1], f"Give one of {choice(paging)}.")
    return ListQuery(
        filters=read_filters((name, text) for name, text in given if name not in WORDS),
        order=words.get("order"),
        limit=_limit(words.get("limit"), strict),
        offset=_offset(words.get("offset")),
        after=words.get("after"),
        before=words.get("before"),
        select=_select(words.get("select")),
        q=_search(words.get("q")),
        view=_view(words.get("view")),
    )


def read_preferences(headers: Sequence[str]) -> Preferences:
    """The preferences. What is not understood is ignored, and refused under `handling=strict`."""
    wishes = [wish.strip() for header in headers for wish in header.split(",") if wish.strip()]
    strict = "handling=strict" in wishes
    count: Count | None = None
    zone: ZoneInfo | None = None
    applied = ["handling=strict"] if strict else []
    for wish in wishes:
        name, _, value = wish.partition("=")
        if name == "count" and value in _COUNTS and count is None:
            count = cast("Count", value)
        elif name == "timezone" and zone is None and (found := _zone(value.strip('"'))) is not None:
            zone = found
            applied.append(f"timezone={value}")
        elif strict and name != "handling":
            allowed = f"count={choice(_COUNTS)}, handling, timezone"
            raise refused(errors.WRONG_PREFERENCE, "Prefer", f"Prefer {allowed}.")
    return Preferences(count, strict, zone, tuple(applied))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if _ZONE.match(name) else None
    except (KeyError, ValueError, OSError):
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _limit(text: str | None, strict: bool) -> int:
    if text is None:
        return DEFAULT_LIMIT
    number = _number(text)
    if number is None or number < 1 or (strict and number > MOST_ROWS):
        raise refused(errors.WRONG_LIMIT, "limit", f"limit is a number from 1 to {MOST_ROWS}.")
    return min(number, MOST_ROWS)


def _offset(text: str | None) -> int:
    number = 0 if text is None else _number(text)
    if number is None or number > MOST_OFFSET:
        hint = "Follow the Link with rel=next, or give its `after`: it costs the same at any depth."
        raise refused(errors.WRONG_OFFSET, "offset", f"offset is a number up to {MOST_OFFSET}; then use after.", hint)
    return number


def _select(text: str | None) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(name.strip(" ") for name in text.split(","))) if text else ()
    return None if not names or names == ("*",) else names


def _view(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text) if len(text) == 36 else UUID("")
    except ValueError:
        raise refused(errors.WRONG_VIEW, "view", "view is the id of a saved view.") from None


def _search(text: str | None) -> str | None:
    if text is not None and (not text.strip() or len(text) > LONGEST_SEARCH or "\0" in text):
        raise refused(errors.WRONG_SEARCH, "q", f"q is a text of 1 to {LONGEST_SEARCH} characters.")
    return text
