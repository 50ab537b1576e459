"""A report job: requested, completed or failed."""
