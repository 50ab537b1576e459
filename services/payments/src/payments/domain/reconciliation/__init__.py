"""Reconciliation: what the ledger says of money at providers, held against what providers and the bank say of it."""
