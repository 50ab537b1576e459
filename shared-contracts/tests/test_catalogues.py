"""Permissions and error codes: stable words, each said once and explained."""

import importlib
import re
from enum import StrEnum

import pytest

from contracts.errors import CommonError
from contracts.event import SERVICES

PERMISSION = re.compile(r"[a-z]+(\.[a-z_]+){2}")
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def enumeration(service: str, kind: str) -> type[StrEnum]:
    module = importlib.import_module(f"contracts.{service}.{kind}s")
    found: type[StrEnum] = getattr(module, f"{service.capitalize()}{kind.capitalize()}")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_permission_names_its_service_its_resource_and_its_action(service: str) -> None:
    for permission in enumeration(service, "permission"):
        assert PERMISSION.fullmatch(permission)
        assert permission.startswith(f"{service}.")


@pytest.mark.parametrize("service", SERVICES)
def test_error_codes_are_snake_case_and_not_said_twice(service: str) -> None:
    own = list(enumeration(service, "error"))
    assert [code for code in own if not CODE.fullmatch(code)] == []
    assert set(own) & set(CommonError) == set()


def test_common_error_codes_are_snake_case() -> None:
    assert [code for code in CommonError if not CODE.fullmatch(code)] == []
