"""Crypto currencies, in and out: the service on one side of real HTTP, the simulated providers on the other."""
