"""Partners' programs read by signed requests what their roles allow."""

from uuid import uuid4

import pytest

from chassis.runtime import Service
from chassis.testing.programs import assert_signed_requests, listed
from contracts.games.permissions import GamesPermission as P

PATH = "/api/games/v1/sessions?opened_at=gte.2000-01-01"


@pytest.mark.usefixtures("client")
async def test_signed_requests_come_in_once_and_unaltered(service: Service) -> None:
    await assert_signed_requests(service, PATH, P.SESSION_LIST)
    assert await listed(service, PATH, P.SESSION_LIST, uuid4()) == []
