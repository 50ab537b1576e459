"""Staff say what a provider holds, where it does not say so itself."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.domain import Invalid
from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.application.errors import ProviderNotOffered
from payments.application.floats.ports import Told
from payments.domain.routing.float import ENTERED_HOLDS, FloatSource

FLOAT: Final = "payments.provider_float"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What somebody read at the provider, in minor units."""

    casino_id: UUID
    provider: str
    currency: str
    balance_minor: int
    by: str


async def enter_float(desk: Desk, uow: UnitOfWork, entered: Entered) -> None:
    """Keep it for a day, and tell it. What the provider says itself takes its place when it is asked next.

    Raises:
        CasinoUnknown, ProviderNotOffered: the casino has no such account, or not for the currency.
        Invalid: no money goes out through it.
    """
    casino_id, provider, currency, now = entered.casino_id, entered.provider, entered.currency, uow.ctx.occurred_at
    await desk.casino(uow.connection, casino_id)
    if desk.provider(provider).payouts is None:
        raise Invalid("No money goes out through this provider.", field="provider")
    account = await desk.accounts.find(uow.connection, casino_id, provider)
    if account is None:
        raise ProviderNotOffered(field="provider")
    if currency not in account.currencies:
        raise ProviderNotOffered(field="currency")
    await desk.floats.ensure(uow.connection, [account], now)
    told = Told(
        balance_minor=entered.balance_minor,
        source=FloatSource.STAFF,
        told_by=entered.by,
        told_at=now,
        fresh_until=now + ENTERED_HOLDS,
    )
    await desk.floats.told(uow.connection, casino_id, provider, currency, told)
    await uow.publish(
        SettingChanged(
            element=FLOAT,
            element_id=f"{casino_id}/{provider}/{currency}",
            casino_id=casino_id,
            before=None,
            after={"balance_minor": entered.balance_minor, "source": FloatSource.STAFF.value},
        )
    )
