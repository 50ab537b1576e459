"""How payments reaches the outside: the ledger's tables, other services, settings."""
