"""Promises of security."""
