"""Endpoints: what players owe."""
