"""What backoffice does with everybody's events: a player's story, his figures, the colleagues' names in
them, what a search finds, and what waits for a second person."""

from backoffice.read_models.approval_inbox import approval_inbox
from backoffice.read_models.player_overview import player_overview
from backoffice.read_models.search_entry import search_entry
from backoffice.read_models.staff_names import staff_names
from backoffice.read_models.timeline import timeline
from chassis.messaging import Consumer


def consumer() -> Consumer:
    """Backoffice's one consumer group."""
    return Consumer(
        "backoffice",
        handlers={},
        read_models=[timeline, player_overview, staff_names, search_entry, approval_inbox],
        on_parked="block_key",
    )
