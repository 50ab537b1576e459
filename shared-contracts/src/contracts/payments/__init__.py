"""Promises of payments."""
