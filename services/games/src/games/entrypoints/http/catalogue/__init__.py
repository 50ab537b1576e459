"""The games of a casino."""
