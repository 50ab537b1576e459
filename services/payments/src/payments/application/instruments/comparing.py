"""The holder's name of an instrument is compared with the player's, by verification, in the background: no payment
waits for it, and no name stays or goes anywhere else.
"""

from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.deposits import hear_about_holder
from payments.application.desk import Desk
from payments.application.fraud.looking_again import look_at_holder
from payments.application.fraud.ports import Payment
from payments.application.instruments.sealed import opened
from payments.application.instruments.seeing import COMPARE
from payments.application.lanes import VERIFICATION
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.aggregate import Known, instrument
from payments.domain.instrument.commands import CompareHolder
from payments.domain.instrument.events import Direction, InstrumentHolderCompared
from payments.domain.instrument.words import Likeness
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.states import Existing

NAME = "holder-names"


async def compare_holder(desk: Desk, instrument_id: UUID, casino_id: UUID) -> None:
    """Ask and keep the answer. Nothing is kept while nobody can tell: whoever runs this tries again."""

    async def told(uow: UnitOfWork) -> tuple[Known, str] | None:
        state = (await uow.load(instrument, instrument_id)).state
        known = await desk.instruments.find(uow.connection, instrument_id)
        if not isinstance(state, Known) or known is None or known.sealed is None:
            return None
        holder = opened(await desk.vault.decrypt(uow.connection, known.player_id, known.sealed)).holder
        return None if holder is None else (state, holder)

    found = await desk.app.transact(told, desk.ours(NAME, casino_id))
    if found is None:
        return
    state, holder = found
    likeness = await desk.names.likeness(state.fact.player_id, casino_id, holder)
    if likeness is None:
        return

    async def keep(uow: UnitOfWork) -> None:
        command = CompareHolder(likeness=likeness, details_index=state.details_index)
        outcome = await uow.decide(instrument, instrument_id, command)
        if any(
            isinstance(one, InstrumentHolderCompared) and one.likeness is Likeness.MISMATCH for one in outcome.events
        ):
            await _look_at_payment(desk, uow, instrument_id)

    await desk.app.transact(keep, desk.ours(NAME, casino_id))


async def compare_all(desk: Desk, uow: UnitOfWork, player_id: UUID, casino_id: UUID) -> None:
    """The player is called otherwise from now on."""
    for instrument_id in await desk.instruments.ids_of_player(uow.connection, player_id):
        await uow.schedule(COMPARE, instrument_id, {"casino_id": str(casino_id)}, lane=VERIFICATION)


async def _look_at_payment(desk: Desk, uow: UnitOfWork, instrument_id: UUID) -> None:
    """The rules look at the payment that told the name, so that people hear of it before there is another one."""
    used = await desk.instruments.last_use(uow.connection, instrument_id)
    if used is None:
        return
    payment_id, direction = used
    if direction is Direction.IN:
        await hear_about_holder(desk, uow, payment_id)
        return
    state = (await uow.load(withdrawal, payment_id)).state
    if isinstance(state, Existing):
        fact = state.order.fact
        payment = Payment(
            id=payment_id,
            trigger=Trigger.WITHDRAWAL,
            player_id=fact.player_id,
            casino_id=fact.casino_id,
            provider=fact.provider,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
        )
        await look_at_holder(desk.fraud, uow, payment)
