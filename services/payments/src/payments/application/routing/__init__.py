"""Routing: the choice of a provider, its log, and the breakers."""
