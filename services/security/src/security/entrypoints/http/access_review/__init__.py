"""Endpoints: the review of access."""
