"""Endpoints: roles."""
