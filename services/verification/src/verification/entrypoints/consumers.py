"""What verification does when others say something."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from chassis.messaging import Consumer
from chassis.messaging.casino_zones import casino_zones
from chassis.messaging.consumer import EventHandler
from chassis.store import UnitOfWork
from contracts.backoffice.events import (
    CasinoOpened,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerProfileChanged,
    PlayerRegistered,
)
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from verification.adapters.profiles import CasinoProfiles
from verification.application.documents import Documents
from verification.application.profiles import REASSESS
from verification.application.screening import SCREEN
from verification.domain.case.aggregate import case
from verification.domain.case.commands import ChangeName, OpenCase

_FROM_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = frozenset({"first_name", "last_name"})
_NAMESPACE = UUID("0fb6c7a5-1f57-5a29-8a83-2f6f6f0c9d2e")


def consumer(profiles: CasinoProfiles, documents: Documents) -> Consumer:
    """The consumer of the service."""

    async def on_casino_opened(uow: UnitOfWork, _: Envelope, event: CasinoOpened) -> None:
        await profiles.adopt(uow.connection, event.casino_id, 0, _FROM_THE_BEGINNING, event.profile.required_documents)

    async def on_rules_adopted(uow: UnitOfWork, _: Envelope, event: JurisdictionProfileAdopted) -> None:
        await profiles.adopt(
            uow.connection,
            event.casino_id,
            event.profile_version,
            event.effective_from,
            event.profile.required_documents,
        )
        task_id = uuid5(_NAMESPACE, f"{event.casino_id}|{event.profile_version}")
        moment = max(event.effective_from, uow.ctx.occurred_at)
        await uow.schedule(REASSESS, task_id, {"casino_id": str(event.casino_id)}, run_at=moment)

    async def on_player_registered(uow: UnitOfWork, _: Envelope, event: PlayerRegistered) -> None:
        command = OpenCase(
            player_id=event.player_id, casino_id=event.casino_id, country=event.country, now=uow.ctx.occurred_at
        )
        uow.ctx = uow.ctx.for_casino(event.casino_id)
        if (await uow.decide(case, event.player_id, command)).events:
            await uow.schedule(SCREEN, event.player_id, {"player_id": str(event.player_id)})

    async def on_profile_changed(uow: UnitOfWork, envelope: Envelope, event: PlayerProfileChanged) -> None:
        """Under another name he has to prove who he is again, and may be on a list."""
        if _NAMES.isdisjoint(event.fields):
            return
        uow.ctx = uow.ctx.for_casino(event.casino_id)
        now = uow.ctx.occurred_at
        required = await profiles.required(uow.connection, event.casino_id, now)
        if (await uow.decide(case, event.player_id, ChangeName(required=required, now=now))).events:
            task_id = uuid5(_NAMESPACE, str(envelope.id))
            await uow.schedule(SCREEN, task_id, {"player_id": str(event.player_id)})

    async def on_personal_data_erased(uow: UnitOfWork, _: Envelope, event: PersonalDataErased) -> None:
        uow.ctx = uow.ctx.for_casino(event.casino_id)
        await documents.erase(uow, event.player_id)

    handlers: dict[type[ContractEvent], EventHandler] = {
        CasinoOpened: on_casino_opened,
        JurisdictionProfileAdopted: on_rules_adopted,
        PlayerRegistered: on_player_registered,
        PlayerProfileChanged: on_profile_changed,
        PersonalDataErased: on_personal_data_erased,
    }
    return Consumer("verification", handlers=handlers, read_models=[casino_zones])
