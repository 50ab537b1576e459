"""Endpoints: partners' programs."""
