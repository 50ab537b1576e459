"""What reports are there, and how one is made."""
