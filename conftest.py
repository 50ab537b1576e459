"""Fixtures that every test may ask for: postgres_server, kafka_bootstrap, databases. CI_NO_SKIP=1 forbids skips."""

import sys
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# httpx imports it at each request to an application in this process. To find that it is not there takes more than a
# millisecond each time; this says so once.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

pytest_plugins = [
    "pitlocal.testing",
    "pitlocal.no_skips",
    "pitlocal.spread",
    "chassis.testing.postgres",
    "chassis.testing.pools",
]
