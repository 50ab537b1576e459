"""Fixtures that every test of the repository may ask for: postgres_server and kafka_bootstrap."""

pytest_plugins = ["pitlocal.testing"]
