"""Endpoints: what waits for a second person, over all services."""
