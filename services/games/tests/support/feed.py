"""Other services' events, delivered the way the bus delivers them."""

from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

from chassis.messaging.bus import Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service
from contracts.backoffice.profile import JurisdictionProfile
from contracts.envelope import Envelope
from contracts.event import ContractEvent

PROFILE = JurisdictionProfile(
    minimum_age=18,
    limit_loosening_hours=24,
    exclusion_months_min=6,
    withdrawal_requires_level="verified",
    withdrawal_cancellation_allowed=False,
    required_documents=("identity",),
)


class Feed:
    """Hands events to a service's consumer, one batch per call."""

    def __init__(self, service: Service) -> None:
        assert service.consumer is not None
        self._service = service
        self._process = Processor(service.consumer, service.application)
        self._offsets = count()

    async def __call__(self, *events: ContractEvent, ids: list[UUID] | None = None) -> list[Record]:
        """Deliver; returns the records, so that they can be delivered again."""
        now = self._service.application.clock.now()
        records = [self._record(event, now, uuid4() if ids is None else ids[at]) for at, event in enumerate(events)]
        await self._process(records)
        return records

    async def again(self, records: list[Record]) -> None:
        """Deliver what was delivered before."""
        await self._process(records)

    def _record(self, event: ContractEvent, now: datetime, event_id: UUID) -> Record:
        envelope = Envelope(
            id=event_id,
            source=f"/pitboss/{event.owner()}",
            type=event.type,
            typeversion=event.version,
            subject=f"{event.key}-{event.key_value()}",
            time=now,
            partitionkey=event.key_value(),
            casinoid=getattr(event, "casino_id", None),
            actorkind="staff",
            actorid="a-colleague",
            correlationid=uuid4(),
            data=event.model_dump(mode="json"),
        )
        return Record(event.topic, 0, next(self._offsets), event.key_value(), envelope.to_json())
