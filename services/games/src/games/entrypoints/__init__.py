"""Where the world comes in: HTTP, partners' protocols, events, due tasks."""
