"""Endpoints: which reports there are."""
