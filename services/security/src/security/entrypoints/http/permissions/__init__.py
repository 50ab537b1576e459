"""Endpoints: permissions."""
