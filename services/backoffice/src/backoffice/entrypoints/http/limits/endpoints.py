"""Responsible gaming: deposit limits and self-exclusion, by the player himself or by staff at his wish."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from backoffice.domain.casino.profile import JurisdictionProfile
from backoffice.domain.restriction.aggregate import FOR_EVER, restriction
from backoffice.domain.restriction.commands import ExcludeOneself, SetDepositLimit
from backoffice.entrypoints.http.limits.schemas import ExcludeBody, ExclusionView, LimitView, SetLimitBody
from backoffice.entrypoints.http.players.erasing import open_account
from backoffice.entrypoints.http.players.reasons import reason_of
from backoffice.read_models import casino_list
from chassis.auth import Caller, PlayerOr
from chassis.domain import Invalid
from chassis.http import App, Once
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["responsible gaming"])


@router.put("/deposit-limits")
async def set_deposit_limit(
    caller: Annotated[Caller, PlayerOr(P.LIMIT_SET)], player_id: UUID, body: SetLimitBody, request: Request, app: App
) -> LimitView:
    """Limit what may be paid in per day, week or month. Tighter holds at once, looser after a time to think."""

    async def work(uow: UnitOfWork) -> LimitView:
        row, profile = await _about(uow, caller, player_id)
        if not caller.is_player:
            caller.must(P.LIMIT_SET, row.casino_id, body.amount_minor, body.currency)
        command = SetDepositLimit(
            period=body.period,
            amount_minor=body.amount_minor,
            currency=body.currency,
            player_currency=row.currency,
            loosening_hours=profile.limit_loosening_hours,
            now=uow.ctx.occurred_at,
        )
        outcome = await uow.decide(restriction, player_id, command)
        limit = outcome.state.limits[body.period]
        return LimitView(
            period=body.period,
            amount_minor=limit.amount_minor,
            currency=body.currency,
            effective_from=limit.effective_from,
        )

    return await app.transact(work, caller.context(request, reason=reason_of(caller, body.reason, required=False)))


@router.post("/self-exclusion", response_model=ExclusionView)
async def exclude(
    caller: Annotated[Caller, PlayerOr(P.EXCLUSION_START)], player_id: UUID, body: ExcludeBody, once: Once
) -> Response:
    """Exclude a player from play and deposits. It is never shortened; withdrawals go on.

    The player may name a cause; staff, who do it at his wish, give a reason.
    """
    if body.cause is not None and not caller.is_player:
        raise Invalid("A cause is named by the player himself; give a reason.", field="cause")
    reason = reason_of(caller, body.reason) or body.cause

    async def work(uow: UnitOfWork) -> ExclusionView:
        _, profile = await _about(uow, caller, player_id)
        command = ExcludeOneself(
            months=body.months,
            months_min=profile.exclusion_months_min,
            months_max=profile.exclusion_months_max,
            now=uow.ctx.occurred_at,
        )
        outcome = await uow.decide(restriction, player_id, command)
        until = outcome.state.excluded_until
        return ExclusionView(until=None if until == FOR_EVER else until)

    return await once(caller, work, status=200, reason=reason)


async def _about(uow: UnitOfWork, caller: Caller, player_id: UUID) -> tuple[Any, JurisdictionProfile]:
    """The player's row and the rules of his casino; the unit of work is about that casino from here on."""
    row = await open_account(uow.connection, caller, player_id)
    uow.ctx = uow.ctx.for_casino(row.casino_id)
    casino = await casino_list.find(uow.connection, row.casino_id)
    assert casino is not None, "a player belongs to a casino that exists"
    return row, casino_list.profile_in_force(casino.profiles, uow.ctx.occurred_at)
