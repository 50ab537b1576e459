"""Endpoints: break-glass."""
