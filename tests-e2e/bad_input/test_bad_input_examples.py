"""Every write operation has an example, and the service accepts it: otherwise refusals would prove nothing."""

import asyncio

import pytest

from bad_input.asking import ask, problem
from bad_input.ceremonies import OF_PROGRAMS
from bad_input.examples import EXAMPLES
from bad_input.houses import House
from bad_input.mutations import mutations
from bad_input.openings import Openings
from bad_input.operations import OPERATIONS as EVERYTHING
from bad_input.operations import WRITES, Operation
from contracts.registry import SERVICES

_ORDER = list(EXAMPLES)
OPERATIONS = sorted((one for one in WRITES if one.key in EXAMPLES), key=lambda one: _ORDER.index(one.key))


def test_every_write_operation_has_an_example() -> None:
    assert {one.key for one in WRITES} == EXAMPLES.keys()
    assert OF_PROGRAMS in {one.key for one in EVERYTHING}


@pytest.mark.parametrize("service", SERVICES)
async def test_at_once_repeated_and_altered_requests_have_one_effect(service: str, openings: Openings) -> None:
    async with openings.open(service) as house:
        for operation in (one for one in OPERATIONS if one.service == service):
            await _several_times(house, operation)


async def _several_times(house: House, operation: Operation) -> None:
    """Four of the same at once, one more, and one with the same key that says something else."""
    example = EXAMPLES[operation.key]
    headers = house.headers(operation, example)
    before = await house.rows()
    at_once = await asyncio.gather(*(ask(house, operation, example, headers=headers) for _ in range(4)))
    good = [one for one in at_once if one.status_code < 300]
    assert good or not example.accepted, f"{operation}: {at_once[0].text}"
    for one in at_once:
        assert one.status_code < 300 or problem(one, why=operation.key)
    if not operation.takes_key or not example.accepted:
        return
    assert len(good) == 4, [one.text for one in at_once]
    assert sum("idempotency-replayed" not in one.headers for one in good) == 1, f"{operation} was done twice"
    if not example.again:
        return
    done = await house.rows()
    assert done["idempotency"] == before["idempotency"] + 1, operation
    again = await ask(house, operation, example, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (good[0].status_code, "true")
    if operation.takes_json:
        await _altered(house, operation, headers)
    other = {**headers, "Idempotency-Key": headers["Idempotency-Key"][:7]}
    assert problem(await ask(house, operation, example, headers=other), 400)["code"] == "idempotency_key_invalid"
    assert await house.rows() == done, operation


async def _altered(house: House, operation: Operation, headers: dict[str, str]) -> None:
    """Another body under the same key: the first one that passes validation is met with 409."""
    example = EXAMPLES[operation.key]
    for mutation in mutations(house.body(example)):
        if mutation.hopeless or not operation.accepts.is_valid(mutation.body):
            continue
        answer = await ask(house, operation, example, headers=headers, body=mutation.body)
        document = problem(answer, 409, 422, 404, why=f"{operation} {mutation.name}")
        if document["code"] == "idempotency_key_reused":
            return
    raise AssertionError(f"{operation}: no altered body was recognised as one")
