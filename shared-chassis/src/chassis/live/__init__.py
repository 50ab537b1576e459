"""Live lists: one stream of events for each client, with the rows of its lists as they change, as it may see them."""

from chassis.live.desk import Live

__all__ = ["Live"]
