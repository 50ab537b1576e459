"""Games' own copies, cached in memory in front of the local tables."""

from collections.abc import Mapping
from uuid import UUID

from chassis.db import Database
from chassis.domain import Clock
from games.adapters.cache import ReadThrough
from games.adapters.changes import ChangeListener
from games.application.ports import GameSupplier, Lookups, PartnerDesk, SupplierAccount
from games.application.wallet_calls import CasinoFacts, GameFacts, PlayerFacts, SessionFacts


class CachedDirectory:
    """See Directory. `start` and `stop` belong to the process; before `start` every lookup reads the database."""

    def __init__(self, db: Database, lookups: Lookups, suppliers: Mapping[str, GameSupplier], clock: Clock) -> None:
        self._db = db
        self._lookups = lookups
        self._suppliers = suppliers
        self._clock = clock
        self._listener = ChangeListener(db.url, heard=self._changed, missed=self._forget_everything)
        trusted = self._is_trusted
        self._accounts: ReadThrough[tuple[UUID, str], tuple[SupplierAccount, PartnerDesk]] = ReadThrough(
            self._load_account, trusted=trusted
        )
        self._sessions: ReadThrough[str, SessionFacts] = ReadThrough(self._load_session, trusted=trusted)
        self._players: ReadThrough[UUID, PlayerFacts] = ReadThrough(self._load_player, trusted=trusted)
        self._games: ReadThrough[tuple[UUID, str, str], GameFacts] = ReadThrough(self._load_game, trusted=trusted)

    @property
    def listening(self) -> bool:
        """Whether changes are being heard, so that the cache is in use."""
        return self._listener.listening

    async def start(self) -> None:
        """Begin to hear of changes."""
        await self._listener.start()

    async def stop(self) -> None:
        """Stop, and forget."""
        await self._listener.stop()

    async def account(self, casino_id: UUID, supplier: str) -> tuple[SupplierAccount, PartnerDesk] | None:
        """See Directory."""
        return await self._accounts.get((casino_id, supplier))

    async def session(self, token_hash: str) -> SessionFacts | None:
        """See Directory."""
        return await self._sessions.get(token_hash)

    async def player(self, player_id: UUID) -> PlayerFacts | None:
        """See Directory."""
        return await self._players.get(player_id)

    async def game(self, casino_id: UUID, supplier: str, game_code: str) -> GameFacts | None:
        """See Directory."""
        return await self._games.get((casino_id, supplier, game_code))

    async def casino(self, casino_id: UUID) -> CasinoFacts | None:
        """See Directory. Not cached: a profile comes into force by the clock alone, and few calls ask."""
        async with self._db.read() as connection:
            return await self._lookups.casino(connection, casino_id, self._clock.now())

    def _is_trusted(self) -> bool:
        return self._listener.listening

    def _changed(self, kind: str, key: str) -> None:
        """Sessions and players are many and change often: one is forgotten. Of the rest, which is small, all is."""
        match kind:
            case "session":
                self._sessions.forget(key)
            case "player":
                self._players.forget(UUID(key))
            case "account":
                self._accounts.forget_all()
            case "game":
                self._games.forget_all()
            case _:
                self._forget_everything()

    def _forget_everything(self) -> None:
        for cache in (self._accounts, self._sessions, self._players, self._games):
            cache.forget_all()

    async def _load_account(self, key: tuple[UUID, str]) -> tuple[SupplierAccount, PartnerDesk] | None:
        casino_id, supplier = key
        async with self._db.read() as connection:
            account = await self._lookups.account(connection, casino_id, supplier)
        return (account, self._suppliers[supplier].desk(account)) if account else None

    async def _load_session(self, token_hash: str) -> SessionFacts | None:
        async with self._db.read() as connection:
            return await self._lookups.session(connection, token_hash)

    async def _load_player(self, player_id: UUID) -> PlayerFacts | None:
        async with self._db.read() as connection:
            return await self._lookups.player(connection, player_id)

    async def _load_game(self, key: tuple[UUID, str, str]) -> GameFacts | None:
        async with self._db.read() as connection:
            return await self._lookups.game(connection, *key)
