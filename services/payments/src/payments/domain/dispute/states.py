"""What a dispute can be: how its stage stands, and whether an answer of ours is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from payments.domain.dispute.events import DisputeFact
from payments.domain.dispute.words import AWAITED, EvidenceSent, Stage, Status


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody told us of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that the provider shall get, or may have. `sent_as`: None until it is on its way."""

    id: UUID
    status: Status
    evidence: tuple[EvidenceSent, ...]
    defence: str | None
    sent_as: str | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said and done. `told_at`: when the provider said where it stands. `ours`: what we did, and in which
    stage; `warned`: the stages whose deadline was near; `evidence`: the SHA-256 of each file that was brought.
    """

    fact: DisputeFact
    stage: Stage
    told: Status
    amount_minor: int
    currency: str
    code: str
    due_at: datetime | None
    ours: tuple[Stage, Status] | None = None
    answer: Answer | None = None
    fees: frozenset[str] = frozenset()
    warned: frozenset[Stage] = frozenset()
    evidence: Mapping[UUID, str] = field(default_factory=dict)
    told_at: datetime | None = None

    @property
    def status(self) -> Status:
        """Where its stage stands, with what we did ourselves."""
        if self.answer is not None:
            return Status.OPENED
        if self.ours is None or self.ours[0] is not self.stage:
            return self.told
        return self.ours[1] if self.told in AWAITED else self.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Told):
    """An answer is awaited, and none is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering(Told):
    """An answer of ours is on its way, or may have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged(Told):
    """Evidence was submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Told):
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Told):
    """We do not contest it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Told):
    """Decided for the payer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Won(Told):
    """Decided for us."""


Dispute = Absent | Told

BY_STATUS: Final[Mapping[Status, type[Told]]] = {
    Status.OPENED: Opened,
    Status.CHALLENGED: Challenged,
    Status.EXPIRED: Expired,
    Status.ACCEPTED: Accepted,
    Status.LOST: Lost,
    Status.WON: Won,
}


def standing(told: Told) -> Told:
    """The same as the state it is, by its status."""
    state = BY_STATUS[told.status] if told.answer is None else Answering
    return state(**{field.name: getattr(told, field.name) for field in fields(Told)})
