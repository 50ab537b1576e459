"""The case: everything that is known about who a player is, and the level that follows from it."""
