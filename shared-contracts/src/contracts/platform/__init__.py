"""Promises every service makes in the same way."""
