"""Withdrawals: a player asks for one or takes it back; people approve or reject; everybody concerned looks at them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.http import TheApprovals
from chassis.auth import Caller, Player, PlayerOr, Requires
from chassis.domain import NotFound, uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed, as_told
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.closed_loop.deciding import reject_part, retry_withdrawal
from payments.application.errors import CasinoUnknown
from payments.application.payout_course import WithdrawalWish
from payments.application.routing.unrouted import Unrouted, keep_unrouted
from payments.application.withdrawals import (
    Look,
    approve_withdrawal,
    cancel_withdrawal,
    reject_withdrawal,
    request_withdrawal,
)
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.unrouted import RefusalKept, Unserved
from payments.entrypoints.http.withdrawals.listing import WITHDRAWALS, told_stops
from payments.entrypoints.http.withdrawals.schemas import (
    ApproveBody,
    RejectBody,
    RetryBody,
    SplitView,
    WithdrawalBody,
    WithdrawalItem,
)
from payments.entrypoints.http.withdrawals.splits import split_of
from payments.read_models import withdrawal_list

router = APIRouter(prefix="/api/payments/v1/withdrawals", tags=["withdrawals"])

_ANSWER: Final[TypeAdapter[Unserved | WithdrawalItem]] = TypeAdapter(Unserved | WithdrawalItem)


@router.post("", status_code=201, response_model=WithdrawalItem)
async def request_a_withdrawal(
    caller: Annotated[Caller, Player("only the player takes his money out")],
    body: WithdrawalBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Put the money on hold and wait for approval, unless the casino's policy approves by itself."""
    if caller.casino_id is None:
        raise CasinoUnknown
    wish = WithdrawalWish(
        withdrawal_id=body.withdrawal_id or uuid7(),
        player_id=caller.id,
        casino_id=caller.casino_id,
        provider=body.provider,
        amount_minor=body.amount_minor,
        currency=body.currency,
        destination=body.destination,
        device_id=body.device_id,
        method=body.method,
        told_fee_minor=body.fee_minor,
    )

    async def work(uow: UnitOfWork) -> WithdrawalItem | Unserved:
        try:
            await request_withdrawal(desk, uow, wish)
        except Unrouted as nobody:
            return Unserved(unserved=RefusalKept.of(await keep_unrouted(desk, uow, nobody)))
        return await _item(uow.connection, caller, wish.withdrawal_id)

    answer = await once(caller, work)
    made = _ANSWER.validate_json(bytes(answer.body))
    if isinstance(made, Unserved):
        raise made.unserved.again()
    return _shown(answer, request, caller)


serve_list(
    router,
    "",
    WITHDRAWALS,
    PlayerOr(P.WITHDRAWAL_LIST),
    item=WithdrawalItem,
    export=P.WITHDRAWAL_EXPORT,
    summary="Withdrawals, newest first: a player's own, or those of the casinos a member of staff may see.",
)


@router.get("/{withdrawal_id}", response_model=WithdrawalItem)
async def show_withdrawal(
    caller: Annotated[Caller, PlayerOr(P.WITHDRAWAL_LIST)], withdrawal_id: UUID, request: Request, db: Db
) -> Response:
    """One withdrawal."""
    async with db.read() as connection:
        item = await _item(connection, caller, withdrawal_id)
    return as_listed(WITHDRAWALS, item, request, caller, item.casino_id)


@router.get("/{withdrawal_id}/split", response_model=SplitView)
async def show_split(
    caller: Annotated[Caller, Requires(P.WITHDRAWAL_LIST)], withdrawal_id: UUID, desk: TheDesk
) -> Response:
    """Where the money goes and why: back to where it came from, and the rest where the player wants it. Before it is
    sent, how it would go now; what is paid, refunded or taken back until then changes that.
    """
    async with desk.app.db.read() as connection:
        item = await _item(connection, caller, withdrawal_id)
    split = await split_of(desk, withdrawal_id, item.casino_id)
    return as_told(split.model_dump(mode="json"), caller, item.casino_id)


@router.post("/{withdrawal_id}/approve", response_model=WithdrawalItem)
async def approve(
    caller: Annotated[Caller, Requires(P.WITHDRAWAL_APPROVE)],
    withdrawal_id: UUID,
    body: ApproveBody,
    request: Request,
    once: Once,
    desk: TheDesk,
    approvals: TheApprovals,
) -> Response:
    """Say yes, to no more than the caller's roles let out. Above the casino's threshold a second person must say it
    too, within a day; nobody is his own second. Both have proved a moment ago who they are, and the second names what
    he saw.
    """
    look = Look(sha256=body.payload_sha256, authority=approvals.authority)

    async def work(uow: UnitOfWork) -> WithdrawalItem:
        await approve_withdrawal(desk, uow, withdrawal_id, caller, look)
        return await _item(uow.connection, caller, withdrawal_id)

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post("/{withdrawal_id}/reject", response_model=WithdrawalItem)
async def reject(
    caller: Annotated[Caller, Requires(P.WITHDRAWAL_REJECT)],
    withdrawal_id: UUID,
    body: RejectBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Say no, as long as the order to pay was not sent. The money goes back into the wallet."""

    async def work(uow: UnitOfWork) -> WithdrawalItem:
        await reject_withdrawal(desk, uow, withdrawal_id, caller, body.reason)
        return await _item(uow.connection, caller, withdrawal_id)

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post("/{withdrawal_id}/retry", response_model=WithdrawalItem)
async def retry(
    caller: Annotated[Caller, Requires(P.WITHDRAWAL_APPROVE)],
    withdrawal_id: UUID,
    body: RetryBody,
    request: Request,
    once: Once,
    desk: TheDesk,
    approvals: TheApprovals,
) -> Response:
    """Have a way looked for once more for what did not leave of a withdrawal in parts, where that waits for a person.
    It may go again to where it failed, and goes nowhere that people could not see when they approved it. `elsewhere`:
    what fell through, or came from where nothing can be sent now, goes where the player wants it, and does not wait any
    longer; where two people had to approve the withdrawal, a second one must want it too, within a day, and both have
    proved a moment ago who they are.
    """

    async def work(uow: UnitOfWork) -> WithdrawalItem:
        elsewhere, authority = body.elsewhere, approvals.authority
        await retry_withdrawal(
            desk, uow, withdrawal_id, caller, reason=body.reason, elsewhere=elsewhere, authority=authority
        )
        return await _item(uow.connection, caller, withdrawal_id)

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post("/{withdrawal_id}/parts/{part_id}/reject", response_model=WithdrawalItem)
async def reject_one_part(
    caller: Annotated[Caller, Requires(P.WITHDRAWAL_REJECT)],
    withdrawal_id: UUID,
    part_id: UUID,
    body: RejectBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Stop a part that was not sent, an order to pay or a refund; answers the whole. Its money goes another way that
    people could see when they approved the withdrawal, or waits for people (`for_people` of the split).
    """

    async def work(uow: UnitOfWork) -> WithdrawalItem:
        await reject_part(desk, uow, withdrawal_id, part_id, caller, body.reason)
        return await _item(uow.connection, caller, withdrawal_id)

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post("/{withdrawal_id}/cancel", response_model=WithdrawalItem)
async def cancel(
    caller: Annotated[Caller, Player("only the player takes it back")],
    withdrawal_id: UUID,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Take it back, as long as it was not sent and where the casino's jurisdiction allows it."""

    async def work(uow: UnitOfWork) -> WithdrawalItem:
        await cancel_withdrawal(desk, uow, withdrawal_id, caller.id)
        return await _item(uow.connection, caller, withdrawal_id)

    return _shown(await once(caller, work, status=200), request, caller)


def _shown(answer: Response, request: Request, caller: Caller) -> Response:
    """The answer, by what the caller may see when it is given: a repeat may come after his roles changed."""
    item = WithdrawalItem.model_validate_json(bytes(answer.body))
    return made_anew(as_listed(WITHDRAWALS, item, request, caller, item.casino_id), answer)


async def _item(connection: AsyncConnection, caller: Caller, withdrawal_id: UUID) -> WithdrawalItem:
    row = await withdrawal_list.find(connection, withdrawal_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    caller.must_be(row["player_id"])
    return WithdrawalItem(**{**row, "withdrawal_id": row["id"], **told_stops(row["stopped_by"])})
