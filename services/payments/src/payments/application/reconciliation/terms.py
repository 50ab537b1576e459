"""What is agreed with providers about settlements, and how far a prefunded provider's money goes."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.domain.reconciliation.terms import SettlementTerms

TERMS: Final = "payments.settlement_terms"


async def set_terms(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str, currency: str, terms: SettlementTerms
) -> None:
    """Keep what is agreed, and tell what changed; CasinoUnknown."""
    await desk.casino(uow.connection, casino_id)
    store = desk.reconciling.store
    before = await store.terms(uow.connection, casino_id, provider, currency)
    if before == terms:
        return
    await store.set_terms(uow.connection, casino_id, provider, currency, terms, uow.ctx.occurred_at)
    await uow.publish(
        SettingChanged(
            element=TERMS,
            element_id=f"{casino_id}/{provider}/{currency}",
            casino_id=casino_id,
            before=asdict(before),
            after=asdict(terms),
        )
    )


async def may_be_paid_out(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str, currency: str, amount_minor: int
) -> bool:
    """Whether a payout stays within what the provider holds of the casino's money, where it must.

    Until the transaction ends nobody else asks for the same provider and currency, so that two payouts never take the
    same money.
    """
    free_minor = await desk.reconciling.store.prefunded_minor(uow.connection, casino_id, provider, currency)
    return free_minor is None or amount_minor <= free_minor
