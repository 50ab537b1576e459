"""Deposits, withdrawals and providers, over HTTP, with providers that exist in this process only."""
