"""The policy, for services that decide by it."""
