"""Endpoints: money of one currency for money of another."""
