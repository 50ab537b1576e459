"""What games does only with a second person: accounts with suppliers, whose keys take money from balances."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.store import UnitOfWork
from contracts.games.permissions import GamesPermission as P
from games.application.supplier_accounts import AccountChange, shown_account, shown_change
from games.application.use_cases import UseCases
from games.entrypoints.http.suppliers.schemas import SupplierChange

CONFIGURE_SUPPLIER = "games.configure_supplier"


class SupplierPayload(SupplierChange):
    """An account as it shall be: the body and the path."""

    casino_id: UUID
    supplier: str

    def change(self) -> AccountChange:
        """The same for the application."""
        return AccountChange(
            casino_id=self.casino_id, enabled=self.enabled, settings=dict(self.settings), secrets=dict(self.secrets)
        )


def guarded_commands(games: UseCases) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: SupplierPayload) -> Subject:
        supplier = games.ports.supplier(payload.supplier)
        changed_at = await games.ports.accounts.lock(uow.connection, payload.casino_id, payload.supplier)
        before, after = await games.supplier_accounts.check(uow, supplier, payload.change())
        return Subject(
            casino_id=payload.casino_id,
            kind="supplier",
            id=f"{payload.casino_id}:{payload.supplier}",
            summary=f"Account with {payload.supplier}",
            before=shown_account(before),
            after=shown_change(before, after),
            version="" if changed_at is None else changed_at.isoformat(),
        )

    async def execute(uow: UnitOfWork, payload: SupplierPayload) -> None:
        await games.supplier_accounts.configure(uow, games.ports.supplier(payload.supplier), payload.change())

    return [
        GuardedCommand(
            name=CONFIGURE_SUPPLIER,
            rule=FourEyes(permission=P.SUPPLIER_CONFIGURE, approve=P.SUPPLIER_APPROVE),
            payload=SupplierPayload,
            describe=describe,
            execute=execute,
        )
    ]
