"""Promises of reports."""
