"""Routing: through which provider a payment of a method goes, and which are next."""
