"""Reconciliation in PostgreSQL."""
