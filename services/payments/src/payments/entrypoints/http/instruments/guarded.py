"""That somebody else's name is on a player's card or account stops nobody any more only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.domain import NotFound
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.instruments.deciding import decide_instrument
from payments.domain.instrument.aggregate import Known, instrument
from payments.domain.instrument.commands import DecideOwnership
from payments.domain.instrument.words import Ownership

CLAIM = "payments.claim_instrument"


class ClaimPayload(StrictModel):
    """Which instrument is its player's."""

    instrument_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: ClaimPayload) -> Subject:
        state = (await uow.load(instrument, payload.instrument_id)).state
        if not isinstance(state, Known):
            raise NotFound
        return Subject(
            casino_id=state.fact.casino_id,
            kind="instrument",
            id=str(payload.instrument_id),
            summary=f"A {state.fact.kind} is the player's, whatever name is on it",
            before={"ownership": state.ownership, "likeness": state.likeness},
            after={"ownership": Ownership.MATCHES, "player_id": str(state.fact.player_id)},
            version=state.details_index,
        )

    async def execute(uow: UnitOfWork, payload: ClaimPayload) -> None:
        decision = DecideOwnership(ownership=Ownership.MATCHES, decider=uow.ctx.actor.id, agreed=True)
        await decide_instrument(desk, uow, payload.instrument_id, decision)

    return [
        GuardedCommand(
            name=CLAIM,
            rule=FourEyes(permission=P.INSTRUMENT_CLAIM),
            payload=ClaimPayload,
            describe=describe,
            execute=execute,
            reason_permission=P.INSTRUMENT_VERIFY,
        )
    ]
