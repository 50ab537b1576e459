"""Who acts, for which casino, why, and as part of what: the metadata of every change."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import Clock, uuid7

ActorKind = Literal["staff", "player", "partner", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is a person's UUID, a partner's name or the name of a process; `ip` where it came from."""

    kind: ActorKind
    id: str
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class CasinoScope:
    """The casinos a caller may see: those named, or all of them but some.

    >>> CasinoScope.everything().allows(uuid7())
    True
    >>> CasinoScope.of().allows(uuid7())
    False
    """

    ids: frozenset[UUID] | None
    but: frozenset[UUID] = frozenset()

    def __post_init__(self) -> None:
        if self.ids is not None and self.but:
            object.__setattr__(self, "ids", self.ids - self.but)
            object.__setattr__(self, "but", frozenset())

    @classmethod
    def everything(cls) -> "CasinoScope":
        return cls(None)

    @classmethod
    def of(cls, *ids: UUID) -> "CasinoScope":
        return cls(frozenset(ids))

    @property
    def unlimited(self) -> bool:
        """Whether every casino is in scope, those to come among them."""
        return self.ids is None and not self.but

    @property
    def empty(self) -> bool:
        """Whether none is."""
        return self.ids is not None and not self.ids

    def allows(self, casino_id: UUID | None) -> bool:
        """Whether a thing of this casino may be seen; what belongs to no casino is seen by all who may at all."""
        return casino_id is None or (casino_id not in self.but if self.ids is None else casino_id in self.ids)

    def __and__(self, other: "CasinoScope") -> "CasinoScope":
        if self.ids is None:
            return CasinoScope(other.ids, self.but | other.but)
        return CasinoScope(self.ids - other.but if other.ids is None else self.ids & other.ids)

    def __or__(self, other: "CasinoScope") -> "CasinoScope":
        if self.ids is None:
            return CasinoScope(None, self.but & other.but if other.ids is None else self.but - other.ids)
        return CasinoScope(self.ids | other.ids) if other.ids is not None else other | self

    def __sub__(self, other: "CasinoScope") -> "CasinoScope":
        if other.ids is None:
            return self & CasinoScope(other.but)
        return CasinoScope(self.ids, self.but | other.ids)

    def __le__(self, other: "CasinoScope") -> bool:
        """Whether everything in scope here is in scope there."""
        if self.ids is None:
            return other.ids is None and other.but <= self.but
        return all(other.allows(one) for one in self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that goes into the metadata of what happens next."""

    actor: Actor
    occurred_at: datetime
    casino_id: UUID | None = None
    scope: CasinoScope = field(default_factory=CasinoScope.everything)
    correlation_id: UUID = field(default_factory=uuid7)
    causation_id: UUID | None = None
    reason: str | None = None
    authorised_by: str | None = None
    traceparent: str | None = None
    breakglass: UUID | None = None
    """The emergency access that was open when it was done."""

    @classmethod
    def system(cls, name: str, clock: Clock, *, casino_id: UUID | None = None) -> "Context":
        """A process of ours acts on its own account."""
        return cls(actor=Actor("system", name), occurred_at=clock.now(), casino_id=casino_id)

    def for_casino(self, casino_id: UUID) -> "Context":
        """The same, about this casino."""
        return replace(self, casino_id=casino_id)

    def because(self, reason: str | None) -> "Context":
        """The same, with the reason a person gave."""
        return replace(self, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """The metadata as it is stored beside an event."""

    actor: Actor
    occurred_at: datetime
    casino_id: UUID | None
    correlation_id: UUID
    causation_id: UUID | None = None
    reason: str | None = None
    authorised_by: str | None = None
    traceparent: str | None = None
    breakglass: UUID | None = None

    @classmethod
    def of(cls, ctx: Context, casino_id: UUID | None) -> "Meta":
        """What of a context is remembered. The scope is not: it says what was allowed, not what happened."""
        return cls(
            actor=ctx.actor,
            occurred_at=ctx.occurred_at,
            casino_id=casino_id,
            correlation_id=ctx.correlation_id,
            causation_id=ctx.causation_id,
            reason=ctx.reason,
            authorised_by=ctx.authorised_by,
            traceparent=ctx.traceparent,
            breakglass=ctx.breakglass,
        )
