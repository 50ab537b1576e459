"""A cashier that is not ours."""
