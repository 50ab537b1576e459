"""Refunds and disputes: the service's own code on one side of real HTTP, the simulators on the other."""
