"""Suppliers, catalogue, game sessions, rounds."""
