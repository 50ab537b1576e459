"""What somebody searches for."""
