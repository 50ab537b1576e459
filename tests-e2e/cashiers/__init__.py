"""A cashier that is not ours: it calls the service over real HTTP, and the service decides."""
