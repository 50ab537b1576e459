"""Whether a player may pay in now: exclusions, blocks and his own limits, and the windows they are counted in."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LimitPeriod = Literal["day", "week", "month"]
PERIODS: tuple[LimitPeriod, ...] = ("day", "week", "month")


LONGEST_OPEN = timedelta(days=30)
"""How long after its request a deposit that we gave up may stay payable, before only people can look after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """A limit in force and the gross deposits already accepted or pending in its window."""

    period: LimitPeriod
    limit_minor: int
    used_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositStanding:
    """What is known about a player the moment he wants to pay in, under the lock that later deposits wait for.

    `erased`: his personal data was erased. `feed_fresh`: the copy of his restrictions is young enough to be trusted,
    and nothing of it was set aside. `charged_back`: he owes what a chargeback took that he had spent.
    `declined`: the code with which the casino's rules against fraud refuse this one.
    """

    blocked: bool = False
    charged_back: bool = False
    excluded: bool = False
    under_review: bool = False
    erased: bool = False
    feed_fresh: bool = True
    limits: tuple[LimitUse, ...] = ()
    declined: str | None = None


def restriction(standing: DepositStanding) -> str | None:
    """The stable code of what keeps the player from paying in anything at all; None when nothing does.

    >>> restriction(DepositStanding(excluded=True))
    'self_excluded'
    """
    if standing.erased:
        return "subject_erased"
    if standing.excluded:
        return "self_excluded"
    if standing.blocked:
        return "account_blocked"
    if standing.under_review:
        return "account_under_review"
    if standing.charged_back:
        return "chargeback_unpaid"
    return None


def obstacle(standing: DepositStanding, amount_minor: int) -> str | None:
    """The stable code of what forbids a deposit of this amount; None when nothing does.

    >>> obstacle(DepositStanding(limits=(LimitUse(period="day", limit_minor=100, used_minor=60),)), 41)
    'deposit_limit_reached'
    """
    restricted = restriction(standing)
    if restricted is not None:
        return restricted
    if not standing.feed_fresh:
        return "restriction_feed_stale"
    if any(use.used_minor + amount_minor > use.limit_minor for use in standing.limits):
        return "deposit_limit_reached"
    return standing.declined


def window_start(period: LimitPeriod, now: datetime, time_zone: str) -> datetime:
    """When the calendar day, week (from Monday) or month around `now` began at the casino, in UTC.

    >>> window_start("day", datetime(2026, 3, 1, 22, 30, tzinfo=UTC), "Europe/Malta").isoformat()
    '2026-02-28T23:00:00+00:00'
    """
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    match period:
        case "day":
            first = today
        case "week":
            first = today - timedelta(days=today.weekday())
        case "month":
            first = today.replace(day=1)
    return datetime.combine(first, time(), zone).astimezone(UTC)
