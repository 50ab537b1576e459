"""Endpoints: search."""
