"""Deposits: a player asks for one, he and the staff look at them."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, Player, PlayerOr
from chassis.domain import NotFound, uuid7
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.listing.codes import told_codes
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.deposit_course import DepositWish
from payments.application.deposits import next_action, request_deposit, return_url
from payments.application.desk import Desk
from payments.application.errors import DEPOSIT_REFUSALS, CasinoUnknown
from payments.application.processes.deposit_process import DepositProcess
from payments.application.routing.unrouted import Unrouted, keep_unrouted
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.states import ActionRequired
from payments.entrypoints.http.deposits.listing import DEPOSITS
from payments.entrypoints.http.deposits.schemas import DepositBegun, DepositBody, DepositItem, DepositView, NextAction
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.unrouted import RefusalKept
from payments.read_models import deposit_list

router = APIRouter(prefix="/api/payments/v1/deposits", tags=["deposits"])


@router.post("", status_code=201, response_model=DepositView)
async def request_a_deposit(
    caller: Annotated[Caller, Player("money comes from the player")],
    body: DepositBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Record the deposit, call the provider, and say what the player has to do next.

    The answer may come while nothing is decided. Only the provider's verified word makes it succeed: ask again with
    GET, or send the same request with the same key.
    """
    casino_id = caller.casino_id
    if casino_id is None:
        raise CasinoUnknown
    wish = DepositWish(
        deposit_id=body.deposit_id or uuid7(),
        player_id=caller.id,
        casino_id=casino_id,
        provider=body.provider,
        amount_minor=body.amount_minor,
        currency=body.currency,
        return_url=body.return_url,
        details=body.details,
        method=body.method,
        device_id=body.device_id,
        told_fee_minor=body.fee_minor,
    )

    async def work(uow: UnitOfWork) -> DepositBegun:
        try:
            await request_deposit(desk, uow, wish)
        except Unrouted as nobody:
            refusal = await keep_unrouted(desk, uow, nobody)
            return DepositBegun(deposit_id=wish.deposit_id, unserved=RefusalKept.of(refusal))
        row = await deposit_list.find(uow.connection, wish.deposit_id) or {}
        return DepositBegun(deposit_id=wish.deposit_id, refused=row["code"] if row["status"] == "refused" else None)

    remembered = await once(caller, work)
    begun = DepositBegun.model_validate_json(bytes(remembered.body))
    if begun.refused is not None:
        raise DEPOSIT_REFUSALS[begun.refused]
    if begun.unserved is not None:
        raise begun.unserved.again()
    await DepositProcess(desk).begin(begun.deposit_id, casino_id)
    view = await _view(desk, caller, begun.deposit_id)
    return made_anew(as_listed(DEPOSITS, view, request, caller, casino_id), remembered)


serve_list(
    router,
    "",
    DEPOSITS,
    PlayerOr(P.DEPOSIT_LIST),
    item=DepositItem,
    export=P.DEPOSIT_EXPORT,
    summary="Deposits, newest first: a player's own, or those of the casinos a member of staff may see.",
)


@router.get("/{deposit_id}", response_model=DepositView)
async def show_deposit(
    caller: Annotated[Caller, PlayerOr(P.DEPOSIT_LIST)], deposit_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One deposit."""
    view = await _view(desk, caller, deposit_id)
    return as_listed(DEPOSITS, view, request, caller, view.casino_id)


async def _view(desk: Desk, caller: Caller, deposit_id: UUID) -> DepositView:
    async with desk.app.db.read() as connection:
        row = await deposit_list.find(connection, deposit_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    caller.must_be(row["player_id"])
    item = {**row, "deposit_id": row["id"], **told_codes("code", row["code"])}
    needs_player = caller.is_player and row["status"] == "requires_action"
    return DepositView(**item, next_action=await _next_action(desk, deposit_id, caller) if needs_player else None)


async def _next_action(desk: Desk, deposit_id: UUID, caller: Caller) -> NextAction | None:
    async def work(uow: UnitOfWork) -> NextAction | None:
        state = (await uow.load(deposit, deposit_id)).state
        action = await next_action(desk, uow, state)
        if action is None or not isinstance(state, ActionRequired):
            return None
        return NextAction(**json.loads(action), return_url=await return_url(desk, uow.connection, state.asked))

    return await desk.app.transact(work, caller.context(desk.app.clock))
