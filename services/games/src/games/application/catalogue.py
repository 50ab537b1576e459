"""The catalogue: fetched from suppliers in the background, switched on and off by the casino."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Retry
from contracts.games.events import GameAvailabilityDecided
from contracts.platform.events import SettingChanged
from games.application.errors import GameCodeAmbiguous, GameNotOffered, GameUnknown
from games.application.ports import (
    CatalogueEntry,
    GameSupplier,
    OfferedGame,
    SupplierAccount,
    SupplierClient,
    SupplierSilent,
)
from games.application.storage import Accounts, Announce, Catalogue
from games.application.supplier_accounts import schedule_sync

log = structlog.get_logger(__name__)

REFRESH_AFTER_S = 6 * 3600

_ELEMENT = "games.game"


class CatalogueSync:
    """Fetches a supplier's catalogue, never more often than the supplier allows, however many processes ask."""

    def __init__(
        self,
        application: Application,
        *,
        accounts: Accounts,
        catalogue: Catalogue,
        suppliers: Mapping[str, GameSupplier],
        client: SupplierClient,
        announce: Announce,
    ) -> None:
        self._application = application
        self._accounts = accounts
        self._catalogue = catalogue
        self._suppliers = suppliers
        self._client = client
        self._announce = announce

    async def run(self, casino_id: UUID, supplier_name: str) -> None:
        """Fetch and take over; then have it done again in six hours.

        Raises:
            Retry: the supplier was asked too recently, or did not answer.
        """
        supplier = self._suppliers[supplier_name]
        ctx = Context.system("games.catalogue", self._application.clock, casino_id=casino_id)
        account = await self._claim(supplier, casino_id, ctx)
        if account is None or not account.enabled:
            return
        try:
            games = supplier.read_catalogue(await self._client.send(supplier, supplier.catalogue_request(account)))
        except SupplierSilent as silence:
            await self._note(account, str(silence))
            raise Retry(timedelta(seconds=supplier.catalogue_interval_s)) from silence
        await self._take_over(account, games, ctx)

    async def _claim(self, supplier: GameSupplier, casino_id: UUID, ctx: Context) -> SupplierAccount | None:
        """The account, once it is our turn to ask."""
        interval = timedelta(seconds=supplier.catalogue_interval_s)

        async def work(uow: UnitOfWork) -> SupplierAccount | None:
            account = await self._accounts.find(uow.connection, casino_id, supplier.name)
            if account is None or not account.enabled:
                return None
            now = ctx.occurred_at
            asked = await self._accounts.claim_catalogue(uow.connection, casino_id, supplier.name, now, now - interval)
            if asked is not None:
                raise Retry(max(asked + interval - now, timedelta(seconds=1)))
            return account

        return await self._application.transact(work, ctx)

    async def _take_over(self, account: SupplierAccount, games: Sequence[OfferedGame], ctx: Context) -> None:
        now = ctx.occurred_at
        casino_id, supplier = account.casino_id, account.supplier

        async def work(uow: UnitOfWork) -> None:
            changed = await self._catalogue.take_over(uow.connection, casino_id, supplier, games, now)
            for entry in changed:
                await uow.publish(availability(casino_id, entry))
            await self._accounts.note_sync(uow.connection, casino_id, supplier, now, None)
            await self._announce(uow, "game")
            await schedule_sync(uow, casino_id, supplier, later_s=REFRESH_AFTER_S)

        await self._application.transact(work, ctx)
        log.info("catalogue_taken_over", casino_id=str(casino_id), supplier=supplier, games=len(games))

    async def _note(self, account: SupplierAccount, error: str) -> None:
        ctx = Context.system("games.catalogue", self._application.clock, casino_id=account.casino_id)

        async def work(uow: UnitOfWork) -> None:
            await self._accounts.note_sync(
                uow.connection, account.casino_id, account.supplier, ctx.occurred_at, error[:500]
            )

        await self._application.transact(work, ctx)


class GameSwitch:
    """Switches games on and off at a casino."""

    def __init__(self, catalogue: Catalogue, announce: Announce) -> None:
        self._catalogue = catalogue
        self._announce = announce

    async def decide(
        self,
        uow: UnitOfWork,
        casino_id: UUID,
        game_code: str,
        *,
        supplier: str | None,
        enabled: bool,
        blocked_countries: Sequence[str],
    ) -> CatalogueEntry:
        """The game as it is from now on. The supplier's own closed countries stay closed.

        Raises:
            GameUnknown, GameCodeAmbiguous, GameNotOffered
        """
        found = await self._catalogue.find(uow.connection, casino_id, game_code, supplier)
        if not found:
            raise GameUnknown
        if len(found) > 1:
            raise GameCodeAmbiguous(field="supplier")
        before = found[0]
        after = replace(before, enabled=enabled, closed_by_casino=tuple(sorted(set(blocked_countries))))
        if enabled and not before.offered:
            raise GameNotOffered
        if after == before:
            return before
        await self._catalogue.choose(uow.connection, casino_id, after, uow.ctx.occurred_at)
        await uow.publish(availability(casino_id, after))
        await uow.publish(
            SettingChanged(
                element=_ELEMENT,
                element_id=f"{casino_id}:{after.supplier}:{game_code}",
                casino_id=casino_id,
                before=_shown(before),
                after=_shown(after),
            )
        )
        await self._announce(uow, "game")
        return after


def availability(casino_id: UUID, entry: CatalogueEntry) -> GameAvailabilityDecided:
    """What others hear about a game at a casino."""
    return GameAvailabilityDecided(
        casino_id=casino_id,
        supplier=entry.supplier,
        game_code=entry.game_code,
        name=entry.name,
        category=entry.category,
        enabled=entry.available,
        blocked_countries=entry.blocked_countries,
    )


def _shown(entry: CatalogueEntry) -> dict[str, object]:
    return {"enabled": entry.enabled, "blocked_countries": list(entry.closed_by_casino)}
