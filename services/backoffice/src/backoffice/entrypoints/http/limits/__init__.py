"""Endpoints: limits."""
