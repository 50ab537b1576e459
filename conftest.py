"""Fixtures that every test of the repository may ask for: postgres_server, kafka_bootstrap, databases."""

pytest_plugins = ["pitlocal.testing", "chassis.testing.postgres"]
