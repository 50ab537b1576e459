"""Endpoints: calls out to providers."""
