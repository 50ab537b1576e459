"""A casino's accounts with game suppliers."""
