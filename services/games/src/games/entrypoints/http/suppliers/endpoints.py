"""Who supplies games to a casino, and on what terms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, Requires
from chassis.http import App, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.games.permissions import GamesPermission as P
from games.adapters.tables import supplier_setting
from games.application.errors import SupplierUnknown
from games.application.supplier_accounts import AccountChange, schedule_sync
from games.entrypoints.http.parts import Games
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
    finish=lambda *_: told_of_secrets,
    summary="The accounts with suppliers of all casinos one sees.",
)


@router.put("/{supplier}")
async def configure_supplier(
    casino_id: UUID,
    supplier: str,
    body: SupplierChange,
    request: Request,
    caller: Annotated[Caller, Requires(P.SUPPLIER_CONFIGURE)],
    app: App,
    games: Games,
) -> SupplierItem:
    """Make or change a casino's account with a supplier. Its catalogue is fetched afterwards."""
    caller.must_see(casino_id)
    protocol = games.ports.supplier(supplier)
    change = AccountChange(
        casino_id=casino_id, enabled=body.enabled, settings=dict(body.settings), secrets=dict(body.secrets)
    )

    async def work(uow: UnitOfWork) -> SupplierItem:
        await games.supplier_accounts.configure(uow, protocol, change)
        accounts = await games.ports.accounts.of_casino(uow.connection, casino_id)
        return next(SupplierItem.of(casino_id, account) for account in accounts if account.supplier == supplier)

    return await app.transact(work, caller.context(request, casino_id=casino_id))


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
