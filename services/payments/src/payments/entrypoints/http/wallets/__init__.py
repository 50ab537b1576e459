"""What a player has, and how it came to be."""
