"""A client: a partner's program that calls us with keys of its own."""
