"""Endpoints: factors."""
