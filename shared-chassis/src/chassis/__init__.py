"""The microservice chassis: event store, bus, HTTP, auth, testing."""
