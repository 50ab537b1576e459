"""Parts of the service with a real database or real files."""
