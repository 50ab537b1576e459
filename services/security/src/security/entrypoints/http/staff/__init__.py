"""Endpoints: staff."""
