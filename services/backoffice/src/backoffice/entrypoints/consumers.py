"""What backoffice does with everybody's events: it tells the player's story and keeps his figures."""

from backoffice.read_models.player_overview import player_overview
from backoffice.read_models.timeline import timeline
from chassis.messaging import Consumer


def consumer() -> Consumer:
    """Backoffice's one consumer group."""
    return Consumer("backoffice", handlers={}, read_models=[timeline, player_overview], on_parked="block_key")
