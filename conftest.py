"""Fixtures that every test may ask for: postgres_server, kafka_bootstrap, databases. CI_NO_SKIP=1 forbids skips."""

pytest_plugins = ["pitlocal.testing", "pitlocal.no_skips", "pitlocal.spread", "chassis.testing.postgres"]
