"""Endpoints: withdrawals."""
