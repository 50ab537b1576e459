"""A casino and the rules of its licence."""
