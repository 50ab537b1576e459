"""What security does: passwords, sessions, tokens, and what it tells the others."""
