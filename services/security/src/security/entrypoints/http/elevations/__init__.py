"""Endpoints: elevations."""
