"""Casinos, players, responsible gaming, timeline."""
