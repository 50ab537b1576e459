"""What payments does with the events of others."""

from chassis.messaging import Consumer
from chassis.store import UnitOfWork
from contracts.backoffice.events import PlayerRegistered
from contracts.envelope import Envelope
from payments.application.ledger import Ledger


def consumer(ledger: Ledger) -> Consumer:
    """The service's one consumer."""

    async def open_wallet(uow: UnitOfWork, _: Envelope, event: PlayerRegistered) -> None:
        await ledger.open_wallet(uow.connection, event.casino_id, event.player_id, event.currency)

    return Consumer("payments", handlers={PlayerRegistered: open_wallet})
