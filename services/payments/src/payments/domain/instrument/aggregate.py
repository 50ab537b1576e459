"""The life of an instrument at one player, and which instrument a payment is by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from chassis.domain import Decider, NotFound
from payments.domain.instrument.commands import (
    CompareHolder,
    DecideOwnership,
    DecideVerification,
    DisableInstrument,
    EnableInstrument,
    FindAlone,
    FindShared,
    InstrumentCommand,
    SeeInstrument,
    UseInstrument,
)
from payments.domain.instrument.errors import OwnershipMismatch, OwnershipTakesTwo
from payments.domain.instrument.events import (
    Direction,
    InstrumentDisabled,
    InstrumentEnabled,
    InstrumentEvent,
    InstrumentFact,
    InstrumentFoundAlone,
    InstrumentFoundShared,
    InstrumentHolderCompared,
    InstrumentOwnershipDecided,
    InstrumentRenewed,
    InstrumentSeen,
    InstrumentUsed,
    InstrumentVerificationDecided,
)
from payments.domain.instrument.words import Likeness, Ownership, Verification


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody has seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Seen, and what was found out about it since. `likeness` None: nobody compared its holder's name yet. `by_player`:
    he switched it off himself.
    """

    fact: InstrumentFact
    expires_on: date | None
    details_index: str
    likeness: Likeness | None = None
    ownership: Ownership = Ownership.UNKNOWN
    verification: Verification = Verification.UNVERIFIED
    shared: bool = False
    disabled: bool = False
    by_player: bool = False


InstrumentState = Absent | Known


def decide(command: InstrumentCommand, state: InstrumentState) -> Sequence[InstrumentEvent]:
    if isinstance(command, SeeInstrument):
        return _see(command, state)
    if isinstance(state, Absent):
        raise NotFound
    fact = state.fact.fields()
    match command:
        case FindShared():
            return [] if state.shared else [InstrumentFoundShared(**fact, players=command.players)]
        case FindAlone():
            return [InstrumentFoundAlone(**fact)] if state.shared else []
        case CompareHolder():
            return _compare(command, state)
        case DecideOwnership():
            return _own(command, state)
        case DecideVerification():
            return _verify(command, state)
        case DisableInstrument():
            return _disable(command, state)
        case EnableInstrument():
            return [InstrumentEnabled(**fact, enabled_by=command.by)] if state.disabled else []
        case _:
            assert_never(command)


def _see(command: SeeInstrument, state: InstrumentState) -> Sequence[InstrumentEvent]:
    fact = InstrumentFact(
        player_id=command.player_id,
        casino_id=command.casino_id,
        kind=command.kind,
        bin=command.bin,
        last_four=command.last_four,
    )
    if isinstance(state, Absent):
        return [
            InstrumentSeen(
                **fact.fields(),
                provider=command.provider,
                fingerprint=command.fingerprint,
                recognisable=command.recognisable,
                expires_on=command.expires_on,
                country=command.country,
                sealed=command.sealed,
                details_index=command.details_index,
                seen_at=command.now,
            )
        ]
    if (command.expires_on, command.details_index) == (state.expires_on, state.details_index):
        return []
    return [
        InstrumentRenewed(
            **fact.fields(),
            provider=command.provider,
            expires_on=command.expires_on,
            country=command.country,
            sealed=command.sealed,
            details_index=command.details_index,
        )
    ]


def _compare(command: CompareHolder, state: Known) -> Sequence[InstrumentEvent]:
    """Of details that were told since, another comparison is on its way: until then the earlier one counts."""
    if command.details_index != state.details_index or command.likeness is state.likeness:
        return []
    return [InstrumentHolderCompared(**state.fact.fields(), likeness=command.likeness)]


def _disable(command: DisableInstrument, state: Known) -> Sequence[InstrumentEvent]:
    """Staff may, where its player did before: that says more, see `InstrumentDisabled.by_player`."""
    disabled = InstrumentDisabled(**state.fact.fields(), disabled_by=command.by)
    return [] if state.disabled and (disabled.by_player or not state.by_player) else [disabled]


def _own(command: DecideOwnership, state: Known) -> Sequence[InstrumentEvent]:
    """Somebody else's is good for no payouts: what was verified is so no longer. Where the names say that it is, two
    people find that it is his, as two let money go there.
    """
    if command.ownership is state.ownership:
        return []
    his, other_name = command.ownership is Ownership.MATCHES, state.likeness is Likeness.MISMATCH
    if his and other_name and not command.agreed:
        raise OwnershipTakesTwo
    fact = state.fact.fields()
    decided = InstrumentOwnershipDecided(**fact, ownership=command.ownership, decided_by=command.decider)
    if command.ownership is not Ownership.MISMATCH or state.verification is not Verification.VERIFIED:
        return [decided]
    refused = InstrumentVerificationDecided(**fact, verification=Verification.REFUSED, decided_by=command.decider)
    return [decided, refused]


def _verify(command: DecideVerification, state: Known) -> Sequence[InstrumentEvent]:
    if command.verification is state.verification:
        return []
    if command.verification is Verification.VERIFIED and state.ownership is Ownership.MISMATCH:
        raise OwnershipMismatch
    fact = state.fact.fields()
    return [InstrumentVerificationDecided(**fact, verification=command.verification, decided_by=command.decider)]


def evolve(state: InstrumentState, event: InstrumentEvent) -> InstrumentState:
    if isinstance(event, InstrumentSeen):
        fact = InstrumentFact(**event.fields())
        return Known(fact=fact, expires_on=event.expires_on, details_index=event.details_index)
    return state if isinstance(state, Absent) else _changed(state, event)


def _changed(state: Known, event: InstrumentEvent) -> Known:
    after = state
    match event:
        case InstrumentSeen():
            pass
        case InstrumentRenewed():
            fact = InstrumentFact(**event.fields())
            after = replace(state, fact=fact, expires_on=event.expires_on, details_index=event.details_index)
        case InstrumentFoundShared():
            after = replace(state, shared=True)
        case InstrumentFoundAlone():
            after = replace(state, shared=False)
        case InstrumentHolderCompared():
            after = replace(state, likeness=event.likeness)
        case InstrumentOwnershipDecided():
            after = replace(state, ownership=event.ownership)
        case InstrumentVerificationDecided():
            after = replace(state, verification=event.verification)
        case InstrumentDisabled():
            after = replace(state, disabled=True, by_player=event.by_player)
        case InstrumentEnabled():
            after = replace(state, disabled=False, by_player=False)
        case _:
            assert_never(event)
    return after


instrument: Decider[InstrumentCommand, InstrumentState, InstrumentEvent] = Decider(
    "instrument", Absent(), decide, evolve
)


def decide_use(command: UseInstrument, state: frozenset[Direction]) -> Sequence[InstrumentUsed]:
    """The first that was told of a deposit stays, as that of a withdrawal: another is no reason to move what was
    counted.
    """
    if command.direction in state:
        return []
    return [
        InstrumentUsed(
            instrument_id=command.instrument_id,
            player_id=command.player_id,
            casino_id=command.casino_id,
            direction=command.direction,
            used_at=command.now,
        )
    ]


def evolve_use(state: frozenset[Direction], event: InstrumentUsed) -> frozenset[Direction]:
    return state | {event.direction}


_nothing: frozenset[Direction] = frozenset()
instrument_use: Decider[UseInstrument, frozenset[Direction], InstrumentUsed] = Decider(
    "instrument-use", _nothing, decide_use, evolve_use
)
"""The stream's id is the deposit's or withdrawal's; the state is for which of the two it was told. No id is of both but
of old.
"""
