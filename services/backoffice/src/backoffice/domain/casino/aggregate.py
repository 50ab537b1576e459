"""Decides which casinos there are and by which rules they play."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from backoffice.domain.casino.commands import AdoptProfile, CasinoCommand, OpenCasino
from backoffice.domain.casino.errors import CasinoExists, CasinoUnknown, ProfileFromThePast, ProfileInconsistent
from backoffice.domain.casino.events import CasinoEvent, CasinoOpened, JurisdictionProfileAdopted
from backoffice.domain.casino.profile import LEVELS, JurisdictionProfile
from chassis.domain import Decider


@dataclass(frozen=True, slots=True)
class Absent:
    """No casino under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Rules, and since when they hold; None: since the casino opened."""

    effective_from: datetime | None
    profile: JurisdictionProfile

    def holds(self, at: datetime) -> bool:
        """Whether they have begun by then; a later version may have taken their place."""
        return self.effective_from is None or self.effective_from <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A casino with every version of its rules in the order they take effect, of two at once the later adopted last."""

    profiles: tuple[Adopted, ...]

    def rules(self, at: datetime) -> JurisdictionProfile:
        """The rules that hold then, by all that was adopted."""
        return [one for one in self.profiles if one.holds(at)][-1].profile


Casino = Absent | Open
"""Every state a casino can be in."""


def decide(command: CasinoCommand, state: Casino) -> Sequence[CasinoEvent]:
    """What happens because of a command."""
    match command:
        case OpenCasino():
            return _open(command, state)
        case AdoptProfile():
            return _adopt(command, state)
        case _:
            assert_never(command)


def _open(command: OpenCasino, state: Casino) -> Sequence[CasinoEvent]:
    if isinstance(state, Open):
        raise CasinoExists
    _require_consistent(command.profile)
    return [
        CasinoOpened(
            name=command.name,
            jurisdiction=command.jurisdiction,
            currency=command.currency,
            time_zone=command.time_zone,
            gaming_day_starts_at_hour=command.gaming_day_starts_at_hour,
            profile=command.profile,
        )
    ]


def _adopt(command: AdoptProfile, state: Casino) -> Sequence[CasinoEvent]:
    match state:
        case Absent():
            raise CasinoUnknown
        case Open():
            if command.effective_from < command.now:
                raise ProfileFromThePast(field="effective_from")
            _require_consistent(command.profile)
            if command.profile == state.rules(command.effective_from):
                return []
            return [
                JurisdictionProfileAdopted(
                    profile_version=len(state.profiles),
                    effective_from=command.effective_from,
                    profile=command.profile,
                )
            ]
        case _:
            assert_never(state)


def _require_consistent(profile: JurisdictionProfile) -> None:
    longest = profile.exclusion_months_max
    if longest is not None and longest < profile.exclusion_months_min:
        raise ProfileInconsistent("The longest exclusion is shorter than the shortest.", field="exclusion_months_max")
    if profile.withdrawal_requires_level not in LEVELS:
        raise ProfileInconsistent(f"A level is one of {', '.join(LEVELS)}.", field="withdrawal_requires_level")


def evolve(state: Casino, event: CasinoEvent) -> Casino:
    """The state after an event."""
    match event:
        case CasinoOpened():
            return Open(profiles=(Adopted(effective_from=None, profile=event.profile),))
        case JurisdictionProfileAdopted():
            if isinstance(state, Absent):
                return state
            return _with(state, event.effective_from, event.profile)
        case _:
            assert_never(event)


def _with(state: Open, effective_from: datetime, profile: JurisdictionProfile) -> Open:
    before = tuple(one for one in state.profiles if one.holds(effective_from))
    after = state.profiles[len(before) :]
    return Open(profiles=(*before, Adopted(effective_from=effective_from, profile=profile), *after))


casino: Decider[CasinoCommand, Casino, CasinoEvent] = Decider("casino", Absent(), decide, evolve)
