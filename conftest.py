"""Fixtures that every test may ask for: postgres_server, kafka_bootstrap, databases. CI_NO_SKIP=1 forbids skips."""

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["pitlocal.testing", "pitlocal.no_skips", "pitlocal.spread", "chassis.testing.postgres"]
