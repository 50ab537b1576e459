"""Endpoints: impersonations."""
