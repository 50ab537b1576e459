"""Endpoints: me."""
