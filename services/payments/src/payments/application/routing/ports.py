"""What routing keeps, as a Protocol."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.routing.breaker import Breaker
from payments.domain.routing.choice import Bucket, Decision
from payments.domain.routing.strategy import Direction, Ranking, Strategy


@dataclass(frozen=True, slots=True)
class Segment:
    """What attempts are counted by: at one casino, the method, the currency and which way the money goes."""

    method: str
    currency: str
    direction: Direction = Direction.DEPOSIT


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A provider by one method and currency."""

    method: str
    currency: str
    provider: str


@dataclass(frozen=True, slots=True)
class Count:
    """The latest attempts that were decided, those that were paid, and when the newest ended."""

    tried: int
    settled: int
    last_ended_at: datetime


class RoutingOutcome(StrEnum):
    """What became of an attempt."""

    PENDING = "pending"
    SETTLED = "settled"
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody decided in time, or its player was stopped: it says nothing of the provider."""
    NONE = "none"
    """There was no attempt: nobody was found who takes it, and the request was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStrategy:
    """A version of a casino's strategy, and by whom it came into force."""

    id: UUID
    casino_id: UUID
    direction: Direction
    version: int
    strategy: Strategy
    published_at: datetime
    proposed_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """One attempt's decision as it is kept: no name, no address, nothing a provider was told.

    `payment_id`: of the deposit or the withdrawal, whichever the direction says. `attempt` and `provider` are None
    where nobody was found: then there is no such payment, and the same id may be asked for again.
    """

    id: UUID
    casino_id: UUID
    player_id: UUID
    direction: Direction
    payment_id: UUID
    attempt: int | None
    method: str
    currency: str
    amount_minor: int
    country: str | None
    tags: Sequence[str]
    new_player: bool
    strategy_version: int
    provider: str | None
    decision: Decision
    decided_at: datetime
    outcome: RoutingOutcome = RoutingOutcome.PENDING
    code: str | None = None


class Routing(Protocol):
    """Strategies, decisions and breakers."""

    async def strategy(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction
    ) -> PublishedStrategy | None:
        """The one in force; None: the casino has published none."""
        ...

    async def publish(self, connection: AsyncConnection, published: PublishedStrategy) -> None:
        """Keep the next version; it is in force at once. Earlier ones stay to be read."""
        ...

    async def windows(
        self, connection: AsyncConnection, casino_id: UUID, segment: Segment, providers: Collection[str], by: Ranking
    ) -> Mapping[str, tuple[Bucket, ...]]:
        """The latest buckets of each provider, newest first."""
        ...

    async def counts(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction, places: Collection[Place], most: int
    ) -> Mapping[Place, Count]:
        """Of each place at most so many of the latest attempts that were settled or declined; none: it is missing."""
        ...

    async def note(self, connection: AsyncConnection, logged: LoggedDecision) -> None:
        """Keep a decision, once per payment and attempt; of requests that nobody takes each."""
        ...

    async def unrouted_since(self, connection: AsyncConnection, player_id: UUID, since: datetime, most: int) -> int:
        """How many decisions since then are kept of requests of his that nobody takes; counted to `most`."""
        ...

    async def ended(
        self,
        connection: AsyncConnection,
        payment_id: UUID,
        provider: str,
        outcome: RoutingOutcome,
        code: str | None,
        now: datetime,
    ) -> None:
        """What became of the attempt. That it was paid is the last word on it."""
        ...

    def replay(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        direction: Direction,
        since: datetime,
        until: datetime,
        limit: int,
    ) -> AsyncIterator[LoggedDecision]:
        """First attempts of the period, the oldest first, streamed."""
        ...

    async def breakers(self, connection: AsyncConnection, casino_id: UUID, segment: Segment) -> Mapping[str, Breaker]:
        """By provider, where there is something to know."""
        ...

    async def breakers_of(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction
    ) -> Mapping[Place, Breaker]:
        """All that are known of a casino."""
        ...

    async def claim_probe(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, segment: Segment, now: datetime
    ) -> bool:
        """Be the one that tries the provider; False when another one was faster."""
        ...

    async def count(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        segment: Segment,
        *,
        failed: bool,
        now: datetime,
        within: timedelta,
    ) -> None:
        """Draw the breaker's conclusion from the attempts that are kept, the one that just ended included."""
        ...
