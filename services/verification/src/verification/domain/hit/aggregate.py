"""One hit: raised, then cleared or confirmed by a person, or withdrawn by the list itself.

Its id is made of the player, the list, the entity and the entity's content hash. So a pair that was cleared is the
same hit when it is met again, and stays quiet; when the listed entity changes, it is another hit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import assert_never
from uuid import UUID, uuid5

from chassis.domain import Decider
from verification.domain.hit import commands as c
from verification.domain.hit import errors
from verification.domain.hit import events as e

_NAMESPACE = UUID("6f1c0c0a-6d0f-5b7e-9d38-0e5b7f0f4a11")


def hit_id(player_id: UUID, list_name: str, entity_id: str, content_hash: str) -> UUID:
    """The one id of this likeness, however often it is found."""
    return uuid5(_NAMESPACE, f"{player_id}|{list_name}|{entity_id}|{content_hash}")


@dataclass(frozen=True, slots=True)
class Unseen:
    """Never met."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Waits for a person. The listed one is entry `entity_id` of `list_name`."""

    player_id: UUID
    list_name: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The entry left its list, or another hit took this one's place; nobody decided it."""

    player_id: UUID


@dataclass(frozen=True, slots=True)
class Decided:
    """A person has spoken."""

    player_id: UUID
    decision: c.Decision


Hit = Unseen | Raised | Withdrawn | Decided


def decide(command: c.HitCommand, state: Hit) -> Sequence[e.HitEvent]:
    """What happens because of `command`."""
    match command:
        case c.RaiseHit():
            return raise_hit(command, state)
        case c.WithdrawHit():
            return [e.HitWithdrawn(withdrawn_at=command.now)] if isinstance(state, Raised) else []
        case c.DecideHit():
            return settle(command, state)
        case _:
            assert_never(command)


def raise_hit(command: c.RaiseHit, state: Hit) -> Sequence[e.HitEvent]:
    match state:
        case Unseen() | Withdrawn():
            facts = {item.name: getattr(command, item.name) for item in fields(command) if item.name != "now"}
            return [e.HitRaised(**facts, raised_at=command.now)]
        case Raised() | Decided():
            return []
        case _:
            assert_never(state)


def settle(command: c.DecideHit, state: Hit) -> Sequence[e.HitEvent]:
    reason = command.reason.strip()
    if not reason:
        raise errors.ReasonMissing(field="reason")
    match state:
        case Unseen():
            raise errors.HitUnknown
        case Withdrawn():
            raise errors.HitGone
        case Decided():
            if state.decision == command.decision:
                return []
            raise errors.HitAlreadyDecided
        case Raised():
            made = e.HitCleared if command.decision == "clear" else e.HitConfirmed
            return [made(reason=reason, decided_by=command.decided_by, decided_at=command.now)]
        case _:
            assert_never(state)


def evolve(state: Hit, happened: e.HitEvent) -> Hit:
    """The hit after an event."""
    if isinstance(happened, e.HitRaised):
        return Raised(happened.player_id, happened.list_name, happened.entity_id)
    if isinstance(state, Unseen):
        return state  # No stream begins otherwise.
    match happened:
        case e.HitWithdrawn():
            return Withdrawn(state.player_id)
        case e.HitCleared():
            return Decided(state.player_id, "clear")
        case e.HitConfirmed():
            return Decided(state.player_id, "confirm")
        case _:
            assert_never(happened)


hit: Decider[c.HitCommand, Hit, e.HitEvent] = Decider("hit", Unseen(), decide, evolve)
