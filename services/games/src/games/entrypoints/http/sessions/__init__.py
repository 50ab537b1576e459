"""Game sessions."""
