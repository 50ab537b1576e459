"""Endpoints: bonus money."""
