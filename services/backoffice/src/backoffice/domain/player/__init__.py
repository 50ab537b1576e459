"""A player's account with a casino."""
