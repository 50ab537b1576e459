"""Endpoints: adjustments."""
