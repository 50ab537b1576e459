"""The outside world, as games' ports want it: tables, caches, HTTP clients."""
