"""Lists in force."""
