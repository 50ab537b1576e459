"""Endpoints: alarms."""
