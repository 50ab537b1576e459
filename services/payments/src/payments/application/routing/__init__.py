"""Routing of deposits: the choice of a provider, its log, and the breakers."""
