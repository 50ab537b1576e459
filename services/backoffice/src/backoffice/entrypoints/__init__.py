"""Where requests, events and the clock come in."""
