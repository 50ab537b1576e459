"""Configuring a casino's account with a supplier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from chassis.domain import Invalid
from chassis.partners import PartnerHosts
from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from games.application.errors import CasinoUnknown
from games.application.ports import GameSupplier, Lookups, SupplierAccount
from games.application.storage import Accounts, Announce

SYNC_CATALOGUE = "sync_catalogue"

_ELEMENT = "games.supplier"
_TASKS = UUID("6f1c5a34-0d3e-5b0e-9a57-3b6f0f3f5a51")
"""Namespace of task ids: one task per casino and supplier, however often it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The account as it shall be. Secrets that are not named stay as they are."""

    casino_id: UUID
    enabled: bool
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


class SupplierAccounts:
    """Changes accounts and has their catalogues fetched."""

    def __init__(self, accounts: Accounts, lookups: Lookups, announce: Announce, partner_hosts: PartnerHosts) -> None:
        self._accounts = accounts
        self._lookups = lookups
        self._announce = announce
        self._partner_hosts = partner_hosts

    async def check(
        self, uow: UnitOfWork, supplier: GameSupplier, change: AccountChange
    ) -> tuple[SupplierAccount | None, SupplierAccount]:
        """The account as it is, and as it would be.

        Raises:
            Invalid: settings or secrets cannot work; names the field.
            PartnerAddressNotAllowed: the account's server is not one that may be called.
            CasinoUnknown: no such casino.
        """
        if await self._lookups.casino(uow.connection, change.casino_id, uow.ctx.occurred_at) is None:
            raise CasinoUnknown
        for name in change.secrets:
            if name not in supplier.secret_names:
                raise Invalid(f"{supplier.name} has no secret of this name.", field=f"secrets.{name}")
        before = await self._accounts.find(uow.connection, change.casino_id, supplier.name)
        secrets = {**(before.secrets if before else {}), **change.secrets}
        after = SupplierAccount(change.casino_id, supplier.name, change.enabled, change.settings, secrets)
        supplier.check(after)
        self._partner_hosts.require(after.settings["base_url"], supplier.hosts, name="settings.base_url")
        return before, after

    async def configure(self, uow: UnitOfWork, supplier: GameSupplier, change: AccountChange) -> None:
        """Keep an account that was checked, tell what changed, and have the catalogue fetched when the account is on.
        Raises what `check` raises.
        """
        before, after = await self.check(uow, supplier, change)
        await self._accounts.save(uow.connection, after, uow.ctx.occurred_at)
        await self._tell(uow, before, after)
        await self._announce(uow, "account")
        await self._announce(uow, "game")
        if after.enabled:
            await schedule_sync(uow, change.casino_id, supplier.name)

    async def _tell(self, uow: UnitOfWork, before: SupplierAccount | None, after: SupplierAccount) -> None:
        shown_before, shown_after = shown_account(before), shown_change(before, after)
        if shown_before == shown_after:
            return
        await uow.publish(
            SettingChanged(
                element=_ELEMENT,
                element_id=f"{after.casino_id}:{after.supplier}",
                casino_id=after.casino_id,
                before=shown_before,
                after=shown_after,
            )
        )


async def schedule_sync(uow: UnitOfWork, casino_id: UUID, supplier: str, *, later_s: int = 0) -> UUID:
    """Have the catalogue fetched, once however often it is asked for; returns the task's id."""
    task_id = uuid5(_TASKS, f"{casino_id}:{supplier}")
    payload = {"casino_id": str(casino_id), "supplier": supplier}
    run_at = uow.ctx.occurred_at + timedelta(seconds=later_s)
    await uow.schedule(SYNC_CATALOGUE, task_id, payload, run_at=run_at, lane=supplier)
    return task_id


def shown_change(before: SupplierAccount | None, after: SupplierAccount) -> dict[str, Any]:
    """The account as it would be, with the names of the secrets that would be others."""
    replaced = sorted(
        name for name, value in after.secrets.items() if before is not None and before.secrets.get(name) != value
    )
    shown = shown_account(after) or {}
    return {**shown, "secrets_replaced": replaced} if replaced else shown


def shown_account(account: SupplierAccount | None) -> dict[str, Any] | None:
    """An account without its secrets."""
    if account is None:
        return None
    return {
        "enabled": account.enabled,
        "settings": dict(account.settings),
        "secrets": dict.fromkeys(sorted(account.secrets), "set"),
    }
