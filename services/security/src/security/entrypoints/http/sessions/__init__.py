"""Endpoints: sessions."""
