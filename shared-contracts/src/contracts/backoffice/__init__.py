"""Promises of backoffice."""
