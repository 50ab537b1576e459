"""Promises of games."""
