"""Endpoints: the cashier."""
