"""Endpoints: payment instruments."""
