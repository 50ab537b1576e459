"""Schemathesis over every operation of every service, in this process, as an administrator and as a support agent.

It sends what the description allows and what it does not, half and half. Ids are at times those of things there are,
so that requests get past the door. To draw a request costs as much as to answer it: each is sent by both callers.
Examples are few and the same in every run, since `test_bad_bodies` and its neighbours break every rule of every field
one by one; `make fuzz` draws others, and many more.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bad_input.houses import House
from bad_input.openings import Openings
from bad_input.operations import DOCUMENTS, OPERATIONS, Operation
from chassis.auth import ServiceTokens
from chassis.testing.tokens import bearer

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES") or 8) // 2,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CALLERS = ("administrator", "support agent")
_PARTS = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
_OFF_LIMITS = ("/internal/",)
_SUPPORT = ("list", "view", "note", "tag")

_SCHEMAS = {service: schemathesis.openapi.from_dict(document) for service, document in DOCUMENTS.items()}


class Street:
    """A house per service, and the loop they all live in."""

    def __init__(self, openings: Openings, stack: AsyncExitStack) -> None:
        self.loop = asyncio.get_running_loop()
        self._openings = openings
        self._stack = stack
        self._open: dict[str, House] = {}

    def of(self, service: str) -> House:
        """The house of a service."""
        if service not in self._open:
            opening = self._stack.enter_async_context(self._openings.open(service))
            self._open[service] = self.loop.run_until_complete(opening)
        return self._open[service]


@pytest.fixture(scope="module")
async def street(openings: Openings) -> AsyncIterator[Street]:
    """See Street. Hypothesis wants tests that are no coroutines, so these run the loop themselves."""
    async with AsyncExitStack() as stack:
        yield Street(openings, stack)


def _token(house: House, operation: Operation, caller: str) -> str:
    if operation.template.startswith(_OFF_LIMITS):
        return ServiceTokens("backoffice", house.service.settings.internal_key).mint(house.service.name)
    if caller == "administrator":
        return house.token("operator") or ""
    held = [one for one in house.permissions if one.rpartition(".")[2] in _SUPPORT]
    return house.token("staff", permissions=held, subject=None) or ""


def _modes(operation: Operation) -> list[GenerationMode]:
    """Where nothing is asked for nothing can be wrong."""
    asks = operation.described.get("parameters") or operation.described.get("requestBody")
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if asks else [])]


@pytest.mark.parametrize(
    ("operation", "mode"),
    [(one, mode) for one in OPERATIONS for mode in _modes(one)],
    ids=lambda value: value.value if isinstance(value, GenerationMode) else repr(value),
)
def test_what_is_answered_is_what_is_promised(operation: Operation, mode: GenerationMode, street: Street) -> None:
    house = street.of(operation.service)
    described = _SCHEMAS[operation.service][operation.template][operation.method.upper()]

    @EXAMPLES
    @given(case=described.as_strategy(generation_mode=mode), known=st.booleans())
    def attempt(case: Any, known: bool) -> None:
        if known and isinstance(case.path_parameters, dict):
            case.path_parameters.update(
                {name: house.facts[name] for name in case.path_parameters if name in house.facts}
            )
        for caller in CALLERS:
            made = case.as_transport_kwargs(
                base_url="http://service.test", headers=bearer(_token(house, operation, caller))
            )
            answer = street.loop.run_until_complete(_sent(house, made))
            case.validate_response(answer, checks=CHECKS)

    attempt()


async def _sent(house: House, made: dict[str, Any]) -> httpx.Response:
    """The request as it would go over the wire: `requests` writes it down, ours carries it."""
    wanted = requests.Request(**{name: made[name] for name in made if name in _PARTS}).prepare()
    headers: Any = {name: value for name, value in wanted.headers.items() if name.lower() != "content-length"}
    body: Any = wanted.body
    return await house.client.request(wanted.method or "", wanted.url or "", content=body, headers=headers)
