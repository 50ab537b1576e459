"""What can be played at a casino."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Caller, Player, Requires
from chassis.domain import NotFound
from chassis.http import App, Db
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.games.permissions import GamesPermission as P
from games.adapters.tables import game_list
from games.entrypoints.http.catalogue.listing import GAMES
from games.entrypoints.http.catalogue.schemas import GameChange, GameItem, Lobby, LobbyGame
from games.entrypoints.http.parts import Games

router = APIRouter(prefix="/api/games/v1", tags=["games"])


_LISTED = Requires(P.GAME_LIST)


async def of_casino(caller: Annotated[Caller, _LISTED], casino_id: UUID) -> list[Any]:
    """The casino in the path, which must be one of the caller's."""
    caller.must_see(casino_id)
    return [game_list.c.casino_id == casino_id]


serve_list(
    router,
    "/casinos/{casino_id}/games",
    GAMES,
    _LISTED,
    item=GameItem,
    export=P.GAME_EXPORT,
    narrow=of_casino,
    summary="Every game on offer to the casino, switched on or not.",
)


@router.put("/casinos/{casino_id}/games/{game_code}")
async def decide_game(
    casino_id: UUID,
    game_code: str,
    body: GameChange,
    request: Request,
    caller: Annotated[Caller, Requires(P.GAME_ENABLE)],
    app: App,
    games: Games,
) -> GameItem:
    """Switch a game on or off, and say in which countries it stays off."""
    caller.must_see(casino_id)

    async def work(uow: UnitOfWork) -> GameItem:
        entry = await games.game_switch.decide(
            uow,
            casino_id,
            game_code,
            supplier=body.supplier,
            enabled=body.enabled,
            blocked_countries=body.blocked_countries,
        )
        return GameItem.of(entry)

    return await app.transact(work, caller.context(request, casino_id=casino_id))


@router.get("/lobby")
async def lobby(
    caller: Annotated[Caller, Player("staff use the casino's list of games")], db: Db, games: Games
) -> Lobby:
    """The games the player may launch."""
    async with db.read() as connection:
        player = await games.ports.lookups.player(connection, caller.id)
        if player is None or player.casino_id != caller.casino_id:
            raise NotFound
        entries = await games.ports.catalogue.playable(connection, player.casino_id, player.country)
    return Lobby(
        items=[
            LobbyGame(
                supplier=entry.supplier,
                game_code=entry.game_code,
                name=entry.name,
                category=entry.category,
                platforms=list(entry.platforms),
                thumbnail_url=entry.thumbnail_url,
            )
            for entry in entries
        ]
    )
