"""Tables folded from events: what screens show, and the local copies of what other services decided."""
