"""Endpoints: notifications of providers."""
