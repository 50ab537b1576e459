"""Endpoints: timeline."""
