"""The enumerations of permissions and error codes, by service."""

import importlib
from enum import StrEnum
from typing import Final

from contracts.event import SERVICES


def _by_service(module: str) -> dict[str, type[StrEnum]]:
    """The one StrEnum of `contracts.<service>.<module>` for each service."""
    found = {}
    for service in SERVICES:
        members = vars(importlib.import_module(f"contracts.{service}.{module}")).values()
        found[service] = next(
            one for one in members if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum
        )
    return found


PERMISSIONS: Final = _by_service("permissions")
ERRORS: Final = _by_service("errors")
