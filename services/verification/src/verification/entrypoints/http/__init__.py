"""Verification's API."""
