"""Endpoints: reconciliation."""
