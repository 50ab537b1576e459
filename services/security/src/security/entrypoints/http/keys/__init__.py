"""Endpoints: keys."""
