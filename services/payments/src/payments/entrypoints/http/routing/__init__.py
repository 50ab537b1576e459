"""Endpoints: routing of deposits."""
