"""What screens and the wallet look at, folded from events."""
