"""Launching a game: the session is recorded, then the supplier is asked, then its answer is recorded.

The supplier is asked outside any transaction. When its answer gets lost the session stays in a state of its own; the
player's client sends its request again with the same idempotency key, the supplier is asked again with the same token,
and nobody has two sessions. When nobody comes back, the session is closed after `patience`: it takes no bets, and
should the supplier have launched it after all, wins and rollbacks would still be taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.domain import Clock, DomainError, uuid7
from chassis.store import Application, Context, UnitOfWork
from games.application import errors
from games.application.ports import (
    CatalogueEntry,
    GameSupplier,
    Launch,
    LaunchGranted,
    LaunchOutcome,
    LaunchRefused,
    LaunchUnanswered,
    Lookups,
    SupplierAccount,
    SupplierClient,
    SupplierSilent,
)
from games.application.sessions import Sessions
from games.application.storage import Catalogue
from games.application.tokens import SessionTokens, hash_token
from games.application.wallet_calls import PlayerFacts
from games.domain.session import CloseSession, OpenSession, RecordLaunch, RecordSilence, SessionOpened, session
from games.domain.session.aggregate import Absent, Closed, Launched, Opened
from games.domain.session.errors import SessionIsClosed, SessionUnknown
from games.domain.session.events import Platform

EXPIRE_SESSION = "expire_session"
ABANDON_LAUNCH = "abandon_launch"

_BARRED: Mapping[str, type[DomainError]] = {
    "player_blocked": errors.PlayerBlocked,
    "player_self_excluded": errors.PlayerSelfExcluded,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a player asks for."""

    player_id: UUID
    casino_id: UUID
    game_code: str
    supplier: str | None
    platform: Platform
    language: str
    lobby_url: str
    ip: str


class Launcher:
    """Opens sessions and launches games.

    Args:
        lifetime: how long a session takes bets.
        patience: how long a launch may stay without an answer.
    """

    def __init__(
        self,
        application: Application,
        *,
        sessions: Sessions,
        tokens: SessionTokens,
        lookups: Lookups,
        catalogue: Catalogue,
        suppliers: Mapping[str, GameSupplier],
        client: SupplierClient,
        lifetime: timedelta,
        patience: timedelta,
    ) -> None:
        self._application = application
        self._clock: Clock = application.clock
        self._sessions = sessions
        self._tokens = tokens
        self._lookups = lookups
        self._catalogue = catalogue
        self._suppliers = suppliers
        self._client = client
        self._lifetime = lifetime
        self._patience = patience

    async def open(self, uow: UnitOfWork, wish: Wish) -> UUID:
        """Record the intent in the caller's transaction; returns the session's id.

        Raises:
            DomainError: the player or the game is not to be played, see `games.application.errors`.
        """
        player = await self._player(uow, wish)
        game = await self._game(uow, wish, player)
        session_id, now = uuid7(), uow.ctx.occurred_at
        await self._sessions.decide(
            uow,
            session_id,
            OpenSession(
                player_id=player.player_id,
                casino_id=player.casino_id,
                supplier=game.supplier,
                game_code=game.game_code,
                currency=player.currency,
                country=player.country,
                platform=wish.platform,
                token_hash=hash_token(self._tokens.token(session_id)),
                expires_at=now + self._lifetime,
                now=now,
            ),
        )
        payload = {"session_id": str(session_id)}
        await uow.schedule(ABANDON_LAUNCH, session_id, payload, run_at=now + self._patience)
        await uow.schedule(EXPIRE_SESSION, session_id, payload, run_at=now + self._lifetime)
        return session_id

    async def launch(self, session_id: UUID, wish: Wish, ctx: Context) -> str:
        """Ask the supplier for the game's address, once more when it was asked before.

        Raises:
            LaunchRefusedBySupplier: it said no; the session is closed.
            LaunchOutcomeUnknown: it did not say; sending the request again is safe.
            SessionIsClosed: the session ended in the meantime.
        """
        opened, account = await self._still_open(session_id, ctx)
        outcome = await self._ask(self._suppliers[opened.supplier], account, self._words(session_id, opened, wish))
        now = self._clock.now()
        match outcome:
            case LaunchGranted(url=url):
                await self._sessions.execute(session_id, RecordLaunch(now=now), ctx)
                return url
            case LaunchRefused(words=words):
                await self._sessions.execute(session_id, CloseSession(cause="launch_refused", now=now), ctx)
                raise errors.LaunchRefusedBySupplier(f"The supplier refused the launch: {words}")
            case LaunchUnanswered():
                await self._sessions.execute(session_id, RecordSilence(now=now), ctx)
                raise errors.LaunchOutcomeUnknown

    async def _player(self, uow: UnitOfWork, wish: Wish) -> PlayerFacts:
        player = await self._lookups.player(uow.connection, wish.player_id)
        if player is None or player.casino_id != wish.casino_id:
            raise errors.PlayerNotKnownYet
        barred = player.barred(uow.ctx.occurred_at)
        if barred:
            raise _BARRED[barred]
        return player

    async def _game(self, uow: UnitOfWork, wish: Wish, player: PlayerFacts) -> CatalogueEntry:
        found = await self._catalogue.find(uow.connection, wish.casino_id, wish.game_code, wish.supplier)
        playable = [game for game in found if game.available]
        if not found:
            raise errors.GameUnknown
        if len(playable) > 1:
            raise errors.GameCodeAmbiguous(field="supplier")
        if not playable or player.country in playable[0].blocked_countries:
            raise errors.GameNotAvailable
        game = playable[0]
        if game.platforms and wish.platform not in game.platforms:
            raise errors.GameNotAvailable(field="platform")
        account = await self._lookups.account(uow.connection, wish.casino_id, game.supplier)
        if account is None or not account.enabled:
            raise errors.GameNotAvailable
        return game

    async def _still_open(self, session_id: UUID, ctx: Context) -> tuple[SessionOpened, SupplierAccount]:
        async def work(uow: UnitOfWork) -> tuple[SessionOpened, SupplierAccount]:
            state = (await uow.load(session, session_id)).state
            match state:
                case Absent():
                    raise SessionUnknown
                case Closed():
                    raise SessionIsClosed
                case Opened(facts=facts) | Launched(facts=facts):
                    account = await self._lookups.account(uow.connection, facts.casino_id, facts.supplier)
                    if account is None:
                        raise errors.GameNotAvailable
                    return facts, account

        return await self._application.transact(work, ctx)

    async def _ask(self, supplier: GameSupplier, account: SupplierAccount, launch: Launch) -> LaunchOutcome:
        try:
            return supplier.read_launch(await self._client.send(supplier, supplier.launch_request(account, launch)))
        except SupplierSilent:
            return LaunchUnanswered()

    def _words(self, session_id: UUID, opened: SessionOpened, wish: Wish) -> Launch:
        return Launch(
            player_id=opened.player_id,
            token=self._tokens.token(session_id),
            game_code=opened.game_code,
            platform=opened.platform,
            language=wish.language,
            currency=opened.currency,
            country=opened.country,
            lobby_url=wish.lobby_url,
            ip=wish.ip,
        )
