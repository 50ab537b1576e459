"""How a float is asked for and kept, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.wire import HttpAnswer, HttpCall
from payments.domain.routing.float import Float, FloatSource
from payments.domain.withdrawal.words import Unanswered

if TYPE_CHECKING:
    from payments.application.ports import ProviderAccount


@dataclass(frozen=True, slots=True)
class Balances:
    """What a provider says that it can pay out now, by currency in minor units; below zero, it is owed."""

    minor: Mapping[str, int]


@runtime_checkable
class TellsBalance(Protocol):
    """A payout flow whose provider can be asked what it holds."""

    def build_balance(self, account: "ProviderAccount", question_id: UUID) -> HttpCall:
        """The question; it changes nothing."""
        ...

    def parse_balance(
        self, account: "ProviderAccount", question_id: UUID, answer: HttpAnswer | None
    ) -> Balances | Unanswered:
        """What the answer says. A currency it does not name is not known; what it cannot read is no answer at all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of one float: by whom (None: the provider), and until when it counts."""

    balance_minor: int
    source: FloatSource
    told_by: str | None
    told_at: datetime
    fresh_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A float, and below what people want to hear of it. `alarm`: what they heard; None: nothing, or it is over."""

    id: UUID
    casino_id: UUID
    provider: str
    currency: str
    low_minor: int | None
    alarm: str | None
    known: Float


class Floats(Protocol):
    """The floats of this installation: one per casino, provider and currency that is paid out."""

    async def ensure(self, connection: AsyncConnection, accounts: Sequence["ProviderAccount"], now: datetime) -> None:
        """Begin those of accounts that are new, with nothing known."""
        ...

    async def claim(self, connection: AsyncConnection, casino_id: UUID, provider: str, now: datetime) -> bool:
        """Be the one that asks the provider now; False: somebody did, or it is not asked while it does not work.

        Where it does not answer it is asked ever more rarely.
        """
        ...

    async def answered(self, connection: AsyncConnection, casino_id: UUID, provider: str, now: datetime) -> None:
        """It answered: it is asked as usual again."""
        ...

    async def told(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str, told: Told
    ) -> None:
        """Keep what was said; what was known before is forgotten."""
        ...

    async def of_currency(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> Mapping[str, Float]:
        """By provider."""
        ...

    async def watched(self, connection: AsyncConnection, casino_id: UUID) -> Sequence[Watched]:
        """Those of a casino."""
        ...

    async def alarmed(self, connection: AsyncConnection, id_: UUID, alarm: str | None, now: datetime) -> bool:
        """Keep what people hear of it; False: they heard that before."""
        ...
