"""Routing: through which provider a deposit of a method is asked for, and which are next."""
