"""The API gateway: authentication, routing, limits."""
