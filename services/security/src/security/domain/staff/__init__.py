"""A member of staff: added, given roles, disabled."""
