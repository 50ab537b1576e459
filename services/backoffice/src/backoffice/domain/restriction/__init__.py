"""What a player may not do, by his own wish: deposit limits and self-exclusion."""
