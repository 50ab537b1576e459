"""Endpoints: a casino's providers and its rules for withdrawals."""
