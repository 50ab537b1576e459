"""Endpoints: assignments."""
