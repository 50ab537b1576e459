"""Walks an aggregate through its life by chance, always the same way, and notes what came of each step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from chassis.domain import Decider, DomainError
from payments.domain.ledger.transfers import Transfer, TransferKind
from payments.domain.table import Table

_ID: Final = UUID(int=5)

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass
class Seen:
    """What came of the steps: events and refusals by what was said and in which state; the rest by event."""

    events: dict[tuple[type, type], set[type]] = field(default_factory=dict)
    refusals: dict[tuple[type, type], set[str]] = field(default_factory=dict)
    after: set[tuple[type, type, type]] = field(default_factory=set)
    posts: dict[type, set[TransferKind]] = field(default_factory=dict)


def walk(
    decider: Decider[C, S, E],
    commands: Sequence[C],
    said: Callable[[C], type],
    transfers: Callable[[UUID, Iterable[E]], Iterable[Transfer]],
    *,
    lives: int,
    steps: int = 60,
    before: Seen | None = None,
) -> Seen:
    """Live `lives` lives of `steps` commands each; `said` names what a command says, `transfers` are an event's.

    `before`: what was seen in other lives, which is added to.
    """
    chance, seen = Random(1), before or Seen()
    for _ in range(lives):
        state = decider.initial
        for command in chance.choices(commands, k=steps):
            pair = (said(command), type(state))
            events, refusals = seen.events.setdefault(pair, set()), seen.refusals.setdefault(pair, set())
            try:
                for event in decider.decide(command, state):
                    earlier = type(state)
                    state = decider.evolve(state, event)
                    events.add(type(event))
                    seen.after.add((type(event), earlier, type(state)))
                    seen.posts.setdefault(type(event), set()).update(one.kind for one in transfers(_ID, [event]))
            except DomainError as refusal:
                refusals.add(getattr(refusal, "why", refusal.code))
    return seen


def differences(table: Table, seen: Seen) -> list[str]:
    """Where the table says something else than the decider does; nothing when they agree."""
    found: list[str] = []
    for row in table.rows:
        happened = {event for state in row.states for event in seen.events.get((row.on, state), ())}
        refused = {why for state in row.states for why in seen.refusals.get((row.on, state), ())}
        where = f"{row.on.__name__} in {', '.join(state.__name__ for state in row.states)}"
        found += [f"{where}: never met" for state in row.states if (row.on, state) not in seen.events]
        found += [f"{where}: {event.__name__} never happens" for event in row.then if event not in happened]
        found += [f"{where}: {why} is not listed" for why in sorted(refused - set(row.refusals))]
        found += [f"{where}: {why} is never said" for why in sorted(set(row.refusals) - refused)]
    for event, before, after in seen.after:
        if after not in (table.after[event].states or (before,)):
            found.append(f"{event.__name__} in {before.__name__} leads to {after.__name__}")
    for event, posts in seen.posts.items():
        if posts != set(table.after[event].posts):
            found.append(f"{event.__name__} posts {', '.join(sorted(posts)) or 'nothing'}")
    return sorted(found)
