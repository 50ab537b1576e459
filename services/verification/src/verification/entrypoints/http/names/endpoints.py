"""Names that other services were told, compared with what a player is called. For services alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from chassis.auth import Caller, Internal, act
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.verification.names import NameCompared, NameToCompare, comparison_path
from verification.application.names import NameComparison

router = APIRouter(tags=["names"])


class NameBody(NameToCompare, StrictModel):
    """The player's casino, and the name that was told."""


async def _comparison(request: Request) -> NameComparison:
    comparison: NameComparison = request.app.state.comparison
    return comparison


@router.post(comparison_path("{player_id}"))
async def compare_name(
    caller: Annotated[Caller, Internal("payments")],
    player_id: UUID,
    body: NameBody,
    request: Request,
    comparison: Annotated[NameComparison, Depends(_comparison)],
) -> NameCompared:
    """How a told name goes with the player's. It is recorded that it was asked; the name told is kept nowhere."""

    async def record(uow: UnitOfWork) -> None:
        subject = ("player", player_id)
        await uow.publish(act(caller, uow.ctx, "verification.name.compare", subject, casino_id=body.casino_id))

    context = caller.context(request, casino_id=body.casino_id)
    likeness = await comparison.compare(player_id, body.casino_id, body.name, context, record)
    return NameCompared(likeness=likeness)
