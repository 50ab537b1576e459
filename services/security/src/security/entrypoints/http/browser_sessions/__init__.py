"""Endpoints: browser sessions."""
