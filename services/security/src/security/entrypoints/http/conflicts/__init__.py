"""Endpoints: duties that met."""
