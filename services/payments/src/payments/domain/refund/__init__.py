"""A refund: staff send money of a deposit back the way it came, and the provider says what became of it."""
