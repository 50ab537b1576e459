"""What was played."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, PlayerOr
from chassis.domain import NotFound
from chassis.http import Db
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from contracts.games.permissions import GamesPermission as P
from games.entrypoints.http.rounds.listing import ROUNDS
from games.entrypoints.http.rounds.schemas import RoundDetail, RoundItem
from games.read_models.round_list import round_with_movements

router = APIRouter(prefix="/api/games/v1/rounds", tags=["rounds"])


serve_list(
    router,
    "",
    ROUNDS,
    PlayerOr(P.ROUND_LIST),
    item=RoundItem,
    export=P.ROUND_EXPORT,
    summary="Rounds; a player sees their own.",
)


@router.get("/{round_id}", response_model=RoundDetail)
async def show_round(
    round_id: UUID, caller: Annotated[Caller, PlayerOr(P.ROUND_LIST)], request: Request, db: Db
) -> Response:
    """A round with its movements."""
    async with db.read() as connection:
        found = await round_with_movements(connection, round_id)
    if found is None:
        raise NotFound
    caller.must_see(found["casino_id"])
    caller.must_be(found["player_id"])
    return as_listed(ROUNDS, RoundDetail.model_validate(found), request, caller, found["casino_id"])
