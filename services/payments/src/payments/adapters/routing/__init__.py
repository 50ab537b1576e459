"""Strategies, decisions and breakers in PostgreSQL."""
