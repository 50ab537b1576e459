"""Endpoints: why somebody may do something, and who may."""
