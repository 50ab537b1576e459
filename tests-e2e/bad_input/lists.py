"""The lists of every service, and how they are asked."""

from typing import Any, NamedTuple

from tools.access_matrix import service_of

from bad_input.example import CallerName
from bad_input.houses import House
from chassis.http.listing.registry import ServedList, served_lists
from chassis.runtime import http_application
from chassis.testing.tokens import bearer
from contracts.registry import SERVICES


class Case(NamedTuple):
    """A list of a service."""

    service: str
    served: ServedList


CASES = [Case(name, one) for name in SERVICES for one in served_lists(http_application(service_of(name)))]


def address_of(house: House, served: ServedList) -> str:
    """Where a list stands, with the house's facts in its path."""
    return served.path.format_map(house.facts)


def narrowed(served: ServedList) -> dict[str, str]:
    """What a huge list is asked for a part of it with; nothing for the others."""
    time_field = served.spec.time_field
    return {} if time_field is None else {time_field: "gte.now-7d"}


def as_caller(house: House, caller: CallerName, **claims: Any) -> dict[str, str]:
    """The headers of such a caller, who came in at the time the service believes it is."""
    now = int(house.service.application.clock.now().timestamp())
    token = house.token(caller, iat=now, auth_time=now, **claims)
    assert token is not None
    return bearer(token)
