"""What can be exchanged: list formats, ways to match names, file types."""
