"""The HTTP endpoints, one folder per resource."""
