"""A deposit: a player pays in through a provider, and the provider's word decides what becomes of it."""
