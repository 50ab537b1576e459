"""Endpoints: refunds."""
