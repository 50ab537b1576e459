"""What providers hold of a casino's money to be paid out: what is known, and what staff say of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.floats import provider_float_now as view
from payments.application.floats.setting import Entered, enter_float
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.floats.listing import FLOATS
from payments.entrypoints.http.floats.schemas import FloatBody, FloatItem

router = APIRouter(prefix="/api/payments/v1", tags=["floats"])

serve_list(
    router,
    "/floats",
    FLOATS,
    Requires(P.FLOAT_LIST),
    item=FloatItem,
    export=P.RECONCILIATION_EXPORT,
    summary="What providers hold of casinos' money to be paid out, as far as it is known, and what people were told.",
)


@router.post("/casinos/{casino_id}/floats/{provider}", response_model=FloatItem)
async def enter(
    caller: Annotated[Caller, Requires(P.FLOAT_SET)],
    casino_id: UUID,
    provider: str,
    body: FloatBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Say what the provider holds, as it is read there. It counts for a day, or until the provider says it itself."""
    caller.must_see(casino_id)
    entered = Entered(
        casino_id=casino_id,
        provider=provider,
        currency=body.currency,
        balance_minor=body.balance_minor,
        by=str(caller.id),
    )

    async def work(uow: UnitOfWork) -> FloatItem:
        await enter_float(desk, uow, entered)
        return await _item(uow, entered)

    answer = await once(caller, work, status=200, reason=body.reason)
    item = FloatItem.model_validate_json(bytes(answer.body))
    return made_anew(as_listed(FLOATS, item, request, caller, item.casino_id), answer)


async def _item(uow: UnitOfWork, of: Entered) -> FloatItem:
    v = view.c
    which = (v.casino_id == of.casino_id) & (v.provider == of.provider) & (v.currency == of.currency)
    row = dict((await uow.connection.execute(select(view).where(which))).mappings().one())
    return FloatItem(**{"float_id": row.pop("id"), "free_minor": row.pop("room_minor"), **row})
