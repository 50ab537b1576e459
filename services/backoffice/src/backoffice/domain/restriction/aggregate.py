"""Decides a player's own limits: tighter at once, looser only after a time to think (GLI-19 A.3.7, A.3.8)."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from backoffice.domain.restriction.commands import ExcludeOneself, RestrictionCommand, SetDepositLimit
from backoffice.domain.restriction.errors import ExclusionTooLong, ExclusionTooShort, LimitInAnotherCurrency
from backoffice.domain.restriction.events import DepositLimitSet, RestrictionEvent, SelfExclusionStarted
from chassis.domain import Decider

FOR_EVER = date.max


def excludes(until: date | None, today: date) -> bool:
    """Whether an exclusion up to that day, which is the last of it, still runs; None: there is none."""
    return until is not None and until >= today


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit last set, and the one that holds until it takes effect."""

    amount_minor: int
    effective_from: datetime
    previous_minor: int | None

    def in_force(self, now: datetime) -> int | None:
        """The amount that holds at `now`; None when there is no limit yet."""
        return self.amount_minor if self.effective_from <= now else self.previous_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """Everything that holds for a player. `excluded_until` is FOR_EVER for an exclusion without end."""

    limits: Mapping[str, Limit] = field(default_factory=dict)
    excluded_until: date | None = None


def decide(command: RestrictionCommand, state: Restrictions) -> Sequence[RestrictionEvent]:
    """What happens because of a command."""
    match command:
        case SetDepositLimit():
            return _limit(command, state)
        case ExcludeOneself():
            return _exclude(command, state)
        case _:
            assert_never(command)


def _limit(command: SetDepositLimit, state: Restrictions) -> Sequence[RestrictionEvent]:
    if command.currency != command.player_currency:
        raise LimitInAnotherCurrency(f"The account is in {command.player_currency}.", field="currency")
    known = state.limits.get(command.period)
    held = known.in_force(command.now) if known else None
    if known is not None and known.amount_minor == command.amount_minor:
        return []
    looser = held is not None and command.amount_minor > held
    delay = timedelta(hours=command.loosening_hours) if looser else timedelta(0)
    return [
        DepositLimitSet(
            period=command.period,
            amount_minor=command.amount_minor,
            currency=command.currency,
            previous_amount_minor=held,
            effective_from=command.now + delay,
        )
    ]


def _exclude(command: ExcludeOneself, state: Restrictions) -> Sequence[RestrictionEvent]:
    if command.months is not None and command.months < command.months_min:
        raise ExclusionTooShort(f"An exclusion lasts {command.months_min} months or longer.", field="months")
    if command.months is not None and command.months_max is not None and command.months > command.months_max:
        raise ExclusionTooLong(f"An exclusion lasts {command.months_max} months at most.", field="months")
    until = None if command.months is None else months_later(command.now.date(), command.months)
    if state.excluded_until is not None and (until or FOR_EVER) <= state.excluded_until:
        return []  # He is excluded for as long already; an exclusion is never shortened.
    return [SelfExclusionStarted(started_at=command.now, until=until)]


def months_later(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month.

    >>> months_later(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def evolve(state: Restrictions, event: RestrictionEvent) -> Restrictions:
    """The state after an event."""
    match event:
        case DepositLimitSet():
            limit = Limit(
                amount_minor=event.amount_minor,
                effective_from=event.effective_from,
                previous_minor=event.previous_amount_minor,
            )
            return replace(state, limits={**state.limits, event.period: limit})
        case SelfExclusionStarted():
            return replace(state, excluded_until=event.until or FOR_EVER)
        case _:
            assert_never(event)


restriction: Decider[RestrictionCommand, Restrictions, RestrictionEvent] = Decider(
    "restriction", Restrictions(), decide, evolve
)
