"""Outside parties, one folder per protocol."""
