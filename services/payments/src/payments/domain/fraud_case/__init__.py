"""A case: what rules found at one player's payments, for a person to look into and to decide."""
