"""Settings for tests: keys made up freshly, addresses that lead nowhere."""

import base64
import secrets
from typing import Any, TypeVar

from chassis.settings import HttpSettings, parse

S = TypeVar("S", bound=HttpSettings)


def make_settings(cls: type[S], **overrides: Any) -> S:
    """Settings of the class with everything that has no default filled in; the environment still has its say."""
    filled: dict[str, Any] = {
        "internal_key": secrets.token_urlsafe(32),
        "security_url": "http://security.test",
        "verification_url": "http://verification.test",
        "master_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "database_url": "postgresql://test:test@127.0.0.1:1/test",
        "bus_database_url": "postgresql://test:test@127.0.0.1:1/bus",
        "trail_every_s": 3600,  # So that it publishes nothing of its own accord while a test counts what was published.
    }
    known = {name: value for name, value in filled.items() if name in cls.model_fields}
    return parse(cls, **{**known, **overrides})
