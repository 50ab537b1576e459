"""Who supplies games to a casino, and on what terms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.games.permissions import GamesPermission as P
from games.adapters.tables import supplier_setting
from games.application.errors import SupplierUnknown
from games.application.supplier_accounts import schedule_sync
from games.entrypoints.http.parts import Games
from games.entrypoints.http.suppliers.guarded import CONFIGURE_SUPPLIER, SupplierPayload
from games.entrypoints.http.suppliers.listing import SUPPLIERS, told_of_secrets
from games.entrypoints.http.suppliers.schemas import SupplierChange, SupplierItem, SyncAccepted

router = APIRouter(prefix="/api/games/v1/casinos/{casino_id}/suppliers", tags=["suppliers"])
all_casinos = APIRouter(prefix="/api/games/v1/suppliers", tags=["suppliers"])

_LISTED = Requires(P.SUPPLIER_LIST)


async def of_casino(caller: Annotated[Caller, _LISTED], casino_id: UUID) -> list[Any]:
    """The casino in the path, which must be one of the caller's."""
    caller.must_see(casino_id)
    return [supplier_setting.c.casino_id == casino_id]


serve_list(
    router,
    "",
    SUPPLIERS,
    _LISTED,
    item=SupplierItem,
    export=P.SUPPLIER_EXPORT,
    narrow=of_casino,
    finish=lambda *_: told_of_secrets,
    name="suppliers_of_casino",
    summary="A casino's accounts with suppliers.",
)
serve_list(
    all_casinos,
    "",
    SUPPLIERS,
    _LISTED,
    item=SupplierItem,
    export=P.SUPPLIER_EXPORT,
    finish=lambda *_: told_of_secrets,
    summary="The accounts with suppliers of all casinos one sees.",
)


@router.put("/{supplier}", **PROPOSED)
async def configure_supplier(
    casino_id: UUID,
    supplier: str,
    body: SupplierChange,
    caller: Annotated[Caller, Requires(P.SUPPLIER_CONFIGURE, proposes=True)],
    proposing: Proposing,
) -> Response:
    """Propose a casino's account with a supplier; a second person approves it. Then its catalogue is fetched."""
    caller.must_see(casino_id)
    payload = SupplierPayload(casino_id=casino_id, supplier=supplier, **body.model_dump())
    return await proposing(caller, CONFIGURE_SUPPLIER, payload)


@router.post("/{supplier}/catalogue-sync", status_code=202, response_model=SyncAccepted)
async def sync_catalogue(
    casino_id: UUID,
    supplier: str,
    caller: Annotated[Caller, Requires(P.CATALOGUE_SYNC)],
    once: Once,
    games: Games,
) -> Response:
    """Have the catalogue fetched now, or as soon as the supplier may be asked again."""
    caller.must_see(casino_id)
    protocol = games.ports.supplier(supplier)

    async def work(uow: UnitOfWork) -> SyncAccepted:
        if await games.ports.accounts.find(uow.connection, casino_id, protocol.name) is None:
            raise SupplierUnknown
        return SyncAccepted(task_id=await schedule_sync(uow, casino_id, protocol.name))

    return await once(caller, work, status=202)
