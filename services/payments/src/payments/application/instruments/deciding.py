"""People look after instruments: whose they are, whether they are good for payouts, and that nothing goes there."""

from uuid import UUID

from chassis.domain import NotFound
from chassis.store import Outcome, UnitOfWork
from payments.application.desk import Desk
from payments.application.instruments.seeing import relink
from payments.domain.instrument.aggregate import InstrumentState, Known, instrument
from payments.domain.instrument.commands import (
    DecideOwnership,
    DecideVerification,
    DisableInstrument,
    EnableInstrument,
)
from payments.domain.instrument.events import InstrumentEvent, InstrumentOwnershipDecided

Decision = DecideOwnership | DecideVerification | DisableInstrument | EnableInstrument


async def decide_instrument(
    desk: Desk, uow: UnitOfWork, instrument_id: UUID, decision: Decision
) -> Outcome[InstrumentState, InstrumentEvent]:
    """What a member of staff decides about an instrument. What is somebody else's speaks of its other players no more.

    Raises:
        NotFound: there is none, or it is another casino's.
        OwnershipMismatch: it is somebody else's and shall be verified.
        OwnershipTakesTwo: its holder has another name, and one person alone says that it is the player's.
    """
    outcome = await uow.decide(instrument, instrument_id, decision)
    known = await desk.instruments.find(uow.connection, instrument_id)
    if known is not None and any(isinstance(one, InstrumentOwnershipDecided) for one in outcome.events):
        await relink(desk, uow, known)
    return outcome


async def disable_own(uow: UnitOfWork, instrument_id: UUID, player_id: UUID) -> None:
    """The player wants nothing paid there any more. NotFound when it is not his."""
    state = (await uow.load(instrument, instrument_id)).state
    if not isinstance(state, Known) or state.fact.player_id != player_id:
        raise NotFound
    await uow.decide(instrument, instrument_id, DisableInstrument(by=str(player_id)))
