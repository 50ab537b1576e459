"""Other services' events, delivered to a service the way its bus would.

feed = Feed(service)
await feed(PlayerRegistered(...), PlayerBlocked(...))
await feed(WithdrawalApproved(...), actorkind="staff", actorid=str(ann))
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from chassis.domain import uuid7
from chassis.messaging import Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service
from contracts.envelope import Envelope
from contracts.event import ContractEvent


def envelope_of(event: ContractEvent, at: datetime, **changes: Any) -> Envelope:
    """The event as its owner would send it at that time; the changes are fields of the envelope."""
    facts: dict[str, Any] = {
        "id": uuid7(),
        "source": f"/pitboss/{event.owner()}",
        "type": event.type,
        "typeversion": event.version,
        "subject": f"{event.key}-{event.key_value()}",
        "time": at,
        "partitionkey": event.key_value(),
        "casinoid": getattr(event, "casino_id", None),
        "actorkind": "system",
        "actorid": "tests",
        "correlationid": uuid7(),
        "data": event.model_dump(mode="json"),
    }
    return Envelope(**{**facts, **changes})


class Feed:
    """Hands events to a service's consumer, one batch per call."""

    def __init__(self, service: Service) -> None:
        assert service.consumer is not None
        self._clock = service.application.clock
        self._process = Processor(service.consumer, service.application)
        self._offsets = count(1)

    async def __call__(self, *events: ContractEvent, **changes: Any) -> list[Record]:
        """Deliver them in order; returns the records, so that they can be delivered `again`."""
        records = [self._record(event, changes) for event in events]
        await self.again(records)
        return records

    async def again(self, records: Sequence[Record]) -> None:
        """Deliver what was delivered before."""
        await self._process(records)

    def _record(self, event: ContractEvent, changes: dict[str, Any]) -> Record:
        sent = envelope_of(event, self._clock.now(), **changes)
        return Record(event.topic, 0, next(self._offsets), event.key_value(), sent.to_json())
