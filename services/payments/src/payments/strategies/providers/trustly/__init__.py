"""Trustly: payouts to bank accounts. Decimal amounts, JSON-RPC 1.1, RSA signatures on everything both ways."""
