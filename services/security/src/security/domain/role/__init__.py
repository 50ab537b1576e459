"""A role: a named set of permissions."""
