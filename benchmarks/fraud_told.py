"""What other services tell of the people of the fraud benchmark."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from contracts.backoffice.events import PlayerContactsMarked, PlayerProfileChanged
from contracts.event import ContractEvent
from contracts.security.events import LogInFailed, PlayerPasswordChanged
from contracts.verification.events import HitDecided, HitRaised
from fraud_people import Kind

TOLD: Final[dict[Kind, Callable[[UUID, UUID, datetime], ContractEvent]]] = {
    "password": lambda player, casino, _: PlayerPasswordChanged(
        subject_kind="player", subject_id=player, casino_id=casino
    ),
    "lock": lambda player, casino, now: LogInFailed(
        subject_kind="player", subject_id=player, casino_id=casino, failures=5, locked_until=now
    ),
    "contact": lambda player, casino, _: PlayerProfileChanged(player_id=player, casino_id=casino, fields=("phone",)),
    "hit": lambda player, casino, _: HitRaised(player_id=player, casino_id=casino, hit_id=player),
    "clear": lambda player, casino, _: HitDecided(player_id=player, casino_id=casino, hit_id=player, decision="clear"),
}
"""By the kind of a step. A name on a list is found for a player once, so that it can have his id."""


def told(kind: Kind, player: UUID, casino: UUID, now: datetime) -> ContractEvent:
    """The event of such a step."""
    return TOLD[kind](player, casino, now)


def marked(player: UUID, contacts: Mapping[str, str], casino: UUID) -> ContractEvent:
    """What he registered with, as the back office tells it."""
    marks = {kind: sha256(what.encode()).hexdigest() for kind, what in contacts.items()}
    return PlayerContactsMarked(player_id=player, casino_id=casino, **marks)
