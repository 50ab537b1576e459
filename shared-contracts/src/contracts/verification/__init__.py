"""Promises of verification."""
