"""Endpoints: what providers hold to be paid out."""
