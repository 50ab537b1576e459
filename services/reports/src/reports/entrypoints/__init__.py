"""Where requests, events and tasks come in."""
