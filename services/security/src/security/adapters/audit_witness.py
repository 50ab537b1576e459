"""What the bus knows of the audit log's seals: it is another system, which the database's owner cannot make forget."""

from chassis.messaging import bus_from_settings
from chassis.messaging.bus import BusSettings
from contracts.security.events import AuditSealed
from security.adapters.audit_chain import Published


def on_the_bus(settings: BusSettings) -> Published:
    """Whether a checkpoint was ever published: how many there were is counted on after the messages are gone."""

    async def published() -> bool:
        bus = bus_from_settings(settings)
        try:
            asking = bus.subscribe("security-audit-witness", [AuditSealed.topic], _nothing)
            return any(reach.end > 0 for reach in (await asking.reached()).values())
        finally:
            await bus.close()

    return published


async def _nothing(_records: object) -> None:
    """It never joins its group, and reads nothing."""
