"""The service alone, with a real database."""
