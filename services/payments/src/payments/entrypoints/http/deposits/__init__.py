"""Endpoints: deposits."""
