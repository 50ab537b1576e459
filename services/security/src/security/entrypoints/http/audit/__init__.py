"""Endpoints: audit."""
