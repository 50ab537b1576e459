"""The ledger, deposits, withdrawals, providers."""
