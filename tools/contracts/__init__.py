"""What is generated from the registry of events, and the check that no promise is broken."""
