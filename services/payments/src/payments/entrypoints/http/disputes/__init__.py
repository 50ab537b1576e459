"""Endpoints: disputes."""
