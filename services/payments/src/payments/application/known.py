"""What payments knows of casinos and players: its own copies of what other services decided, as Protocols."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

CONSUMER = "payments"
"""The name under which payments hears of other services' events, and sets aside what it cannot handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasinoRules:
    """What payments knows of a casino and of its jurisdiction's rules in force."""

    casino_id: UUID
    time_zone: str
    cancellation_allowed: bool
    withdrawal_requires_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerStanding:
    """What payments knows of a player. Limits by period: amounts in force now, in the currency they were set in.

    `excluded_until` is the last day of the exclusion, None when it has no end.
    """

    player_id: UUID
    casino_id: UUID
    currency: str | None
    blocked: bool
    erased: bool
    excluded: bool
    excluded_until: date | None
    under_review: bool
    level: str
    limits: Mapping[str, tuple[int, str]]
    registered_at: datetime | None = None
    country: str | None = None
    tags: frozenset[str] = frozenset()


class Directory(Protocol):
    """The local copies of what other services decided about casinos and players."""

    async def casino(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> CasinoRules | None:
        """A casino and its rules in force; None: unknown here (yet)."""
        ...

    async def player(
        self, connection: AsyncConnection, player_id: UUID, now: datetime, time_zone: str
    ) -> PlayerStanding | None:
        """A player, his exclusion judged by the casino's calendar; None: unknown here (yet)."""
        ...

    async def lock_player(self, connection: AsyncConnection, player_id: UUID) -> None:
        """Nobody else draws conclusions from what is known of the player until the transaction ends."""
        ...

    async def held(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """Whether an event that may restrict the player was set aside unread, or waits behind such a one."""
        ...

    async def gross_deposits(
        self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID | None
    ) -> int:
        """What the player paid in since then, is about to or still could: succeeded as settled, others as asked for."""
        ...

    async def paid_in_before(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """Whether a deposit of the player was ever paid."""
        ...

    async def deposit_called(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, reference: str
    ) -> UUID | None:
        """The deposit that the provider calls so; None: no one, or not one alone."""
        ...

    async def refunds_of(self, connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> list[UUID]:
        """The refunds of a deposit that are of this amount, in the order in which they were ordered."""
        ...

    async def room(self, connection: AsyncConnection, deposit_id: UUID) -> int:
        """How much of a deposit may still be refunded, in minor units: settled, less what is being refunded or was
        taken back."""
        ...

    async def fee_of_whole(self, connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> int:
        """The fee of a deposit, in minor units, that its player gets back when so much of it is refunded: 0 unless that
        is all that was settled, or when he got it back before."""
        ...

    async def disputed(self, connection: AsyncConnection, player_id: UUID, now: datetime) -> bool:
        """Whether a bank wants a payment of the player's back and it is not decided, or was let go and is not paid."""
        ...

    async def written_off(self, connection: AsyncConnection, player_id: UUID, currency: str) -> int:
        """What two people wrote off of what he owed, in minor units."""
        ...

    async def undecided_deposits(self, connection: AsyncConnection, player_id: UUID) -> list[UUID]:
        """The player's deposits that nobody has given up."""
        ...

    async def undecided_or_refused_deposits(
        self, connection: AsyncConnection, player_id: UUID, since: datetime
    ) -> tuple[list[UUID], list[UUID]]:
        """The player's deposits that nobody has given up, and those since then that we refused ourselves: in one
        statement, as each request and each visit to the cashier asks.
        """
        ...

    async def begun_as_another(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, sent_as: str, now: datetime
    ) -> bool:
        """Whether payments of the casino are open that were begun as another customer of the provider."""
        ...

    async def asked_out(
        self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID
    ) -> int:
        """What the player asked to be paid since then, but for one withdrawal and what came back to him."""
        ...

    async def open_withdrawals(self, connection: AsyncConnection, player_id: UUID) -> list[UUID]:
        """What the player asked for that has not ended: paid, given back or never sent. Parts are not counted."""
        ...

    async def awaits_payout(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """Whether a withdrawal of the player is on its way, or may be: what is known of the account is still needed."""
        ...


class RestrictionAge(Protocol):
    """How old our copy of the players' restrictions may be."""

    async def of(self, connection: AsyncConnection, now: datetime) -> timedelta | None:
        """The age of its oldest part; None: a part has never been heard of."""
        ...
