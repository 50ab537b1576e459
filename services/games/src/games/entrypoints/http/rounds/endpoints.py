"""What was played."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Caller, PlayerOr
from chassis.domain import NotFound
from chassis.http import Db
from chassis.http.listing import Page
from contracts.games.permissions import GamesPermission as P
from games.entrypoints.http.rounds.listing import ROUNDS
from games.entrypoints.http.rounds.schemas import RoundDetail, RoundItem
from games.read_models.round_list import round_with_movements

router = APIRouter(prefix="/api/games/v1/rounds", tags=["rounds"])


@router.get("", openapi_extra=ROUNDS.openapi)
async def list_rounds(request: Request, caller: Annotated[Caller, PlayerOr(P.ROUND_LIST)], db: Db) -> Page[RoundItem]:
    """Rounds; a player sees their own."""
    return await ROUNDS.page(request, caller, db)


@router.get("/{round_id}")
async def show_round(round_id: UUID, caller: Annotated[Caller, PlayerOr(P.ROUND_LIST)], db: Db) -> RoundDetail:
    """A round with its movements."""
    async with db.read() as connection:
        found = await round_with_movements(connection, round_id)
    if found is None:
        raise NotFound
    caller.must_see(found["casino_id"])
    caller.must_be(found["player_id"])
    return RoundDetail.model_validate(found)
