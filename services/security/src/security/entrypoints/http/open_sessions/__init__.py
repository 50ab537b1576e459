"""Endpoints: open sessions, one's own and those of colleagues."""
