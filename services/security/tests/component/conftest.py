"""Somebody who is in, without and with a second factor."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.domain import FixedClock

from .api import ADMIN, PASSWORD
from .authenticators import SecurityKey
from .factors import Person

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
async def person(client: httpx.AsyncClient, clock: FixedClock, administrator: dict[str, Any]) -> Person:
    admin = Person(client, clock, ADMIN, PASSWORD)
    admin.token, admin.refresh_token = administrator["access_token"], administrator["refresh_token"]
    return admin


@pytest.fixture
async def with_phone(person: Person, clock: FixedClock) -> Person:
    """The code that confirmed it is behind him."""
    await person.adds_phone()
    clock.advance(HALF_A_MINUTE)
    return person


@pytest.fixture
async def with_key(person: Person) -> tuple[Person, SecurityKey]:
    held = SecurityKey()
    assert (await person.adds_key(held)).status_code == 201
    return person, held
