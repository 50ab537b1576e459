"""Beginnings of things that have many of their kind."""
