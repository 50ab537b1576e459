"""What games needs kept: accounts with suppliers, the catalogue, and a way to say that something changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from games.application.ports import CatalogueEntry, OfferedGame, SupplierAccount


class Accounts(Protocol):
    """Casinos' accounts with suppliers. Every method works in the caller's transaction."""

    async def find(self, connection: AsyncConnection, casino_id: UUID, supplier: str) -> SupplierAccount | None:
        """The account, with its secrets opened."""
        ...

    async def lock(self, connection: AsyncConnection, casino_id: UUID, supplier: str) -> datetime | None:
        """Let nobody else change it before the transaction ends; when it was last changed, None: there is none yet."""
        ...

    async def save(self, connection: AsyncConnection, account: SupplierAccount, now: datetime) -> None:
        """Make or replace it."""
        ...

    async def claim_catalogue(
        self, connection: AsyncConnection, casino_id: UUID, supplier: str, now: datetime, not_after: datetime
    ) -> datetime | None:
        """Take the right to ask for the catalogue, unless somebody asked after `not_after`: then tell when."""
        ...

    async def note_sync(
        self, connection: AsyncConnection, casino_id: UUID, supplier: str, now: datetime, error: str | None
    ) -> None:
        """Remember how asking for the catalogue ended."""
        ...


class Catalogue(Protocol):
    """What is on offer and what is switched on. Every method works in the caller's transaction."""

    async def find(
        self, connection: AsyncConnection, casino_id: UUID, game_code: str, supplier: str | None
    ) -> Sequence[CatalogueEntry]:
        """The games with this code; more than one when several suppliers use it and none is named."""
        ...

    async def playable(self, connection: AsyncConnection, casino_id: UUID, country: str) -> Sequence[CatalogueEntry]:
        """The games a player of this country can launch, by name."""
        ...

    async def choose(self, connection: AsyncConnection, casino_id: UUID, entry: CatalogueEntry, now: datetime) -> None:
        """Keep the casino's choice: `enabled` and `closed_by_casino` of the entry."""
        ...

    async def take_over(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        supplier: str,
        games: Sequence[OfferedGame],
        now: datetime,
    ) -> Sequence[CatalogueEntry]:
        """Take over a whole catalogue; what is not in it is no longer on offer. Returns the switched-on games that
        others must hear of, because something about them changed.
        """
        ...


class Announce(Protocol):
    """Tells every process that something it may have cached has changed, when the transaction commits."""

    async def __call__(self, uow: UnitOfWork, kind: str, key: str = "") -> None: ...
