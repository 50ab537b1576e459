"""Ids: of nothing, of another casino, of no form. What another casino has is told in the words of what nobody has."""

from typing import Any
from uuid import uuid4

import pytest

from bad_input.asking import ask, problem, words
from bad_input.calm import CalmHouses
from bad_input.example import Example
from bad_input.examples import EXAMPLES
from bad_input.houses import House
from bad_input.operations import OPERATIONS, WRITES, Operation

BY_ID = [one for one in WRITES if one.key in EXAMPLES and one.path_parameters]
READ_BY_ID = [one for one in OPERATIONS if not one.writes and one.path_parameters and "/internal/" not in one.template]
WRITES_WITH_KEY = [one for one in WRITES if one.takes_key]
NO_IDS = (
    "7", "null", "%00", "a%00b", "%ED%A0%80", "%FF", "%2e%2e%2f%2e%2e", "x" * 2_000, "%27%20OR%201=1", "{}", "*",
    "00000000-0000-0000-0000-00000000000g", "%F0%9F%8E%B0",
)  # fmt: skip
BAD_KEYS = ("", "short", "x" * 129, "with spaces in it", "umläut-umläut", "'; DROP TABLE event", "tab\there-it-is")


@pytest.mark.parametrize("operation", BY_ID, ids=repr)
async def test_ids_of_nothing_and_of_another_casino_are_one(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    for name in operation.path_parameters:
        if not name.endswith("_id") or example.caller in ("backoffice", "gateway"):
            continue
        unknown = house.path(operation, example, **{name: str(uuid4())})
        nothing = problem(await ask(house, operation, example, path=unknown), 404, why=f"{operation} {name}")
        if name in house.elsewhere and example.caller != "operator":
            theirs = house.path(operation, example, **{name: house.elsewhere[name]})
            told = problem(await ask(house, operation, example, path=theirs), 404, why=f"{operation} {name}")
            assert words(told) == words(nothing), operation
    assert await house.rows() == before


@pytest.mark.parametrize("operation", BY_ID, ids=repr)
async def test_what_is_no_id_is_refused(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    for name in operation.path_parameters:
        for value in NO_IDS:
            path = house.path(operation, example, **{name: value})
            answer = await ask(house, operation, example, path=path)
            if name == "tag" and answer.status_code == 200:
                continue  # A tag the player does not have is off already.
            problem(answer, 404, 405, 422, why=f"{operation} {name}={value[:40]}")
    assert await house.rows() == before


@pytest.mark.parametrize("operation", READ_BY_ID, ids=repr)
async def test_another_casinos_things_are_not_shown(operation: Operation, calm_houses: CalmHouses) -> None:
    house = await calm_houses.of(operation.service)
    example = Example(path={"file_format": "csv"})
    for name in operation.path_parameters:
        if name == "file_format":
            continue
        theirs = house.elsewhere.get(name) if name.endswith("_id") else None
        for value in (str(uuid4()), theirs, *NO_IDS):
            if value is not None:
                answer = await ask(house, operation, example, path=house.path(operation, example, **{name: value}))
                problem(answer, 404, 422, why=f"{operation} {name}={value[:40]}")


@pytest.mark.parametrize("operation", WRITES, ids=repr)
async def test_ids_in_bodies_are_looked_at_as_well(operation: Operation, calm_houses: CalmHouses) -> None:
    if operation.key not in EXAMPLES or not operation.takes_json:
        return
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    if example.caller not in ("staff", "player"):
        return
    before, text = await house.rows(), house.body(example)
    for name in ("casino_id", "player_id"):
        theirs = _replaced(text, house.facts.get(name), house.elsewhere.get(name))
        if theirs != text:
            told = problem(await ask(house, operation, example, body=theirs), 403, 404, 422, why=operation.key)
            unknown = _replaced(text, house.facts[name], str(uuid4()))
            assert words(told) == words(problem(await ask(house, operation, example, body=unknown))), operation
    assert await house.rows() == before


@pytest.mark.parametrize("operation", WRITES_WITH_KEY, ids=repr)
async def test_a_bad_idempotency_key_is_refused(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    headers = house.headers(operation, example)
    del headers["Idempotency-Key"]
    missing = problem(await ask(house, operation, example, headers=headers), 400)
    assert (missing["code"], missing["errors"][0]["field"]) == ("idempotency_key_missing", "header.Idempotency-Key")
    for key in BAD_KEYS:
        answer = await _with_key(house, operation, example, {**headers, "Idempotency-Key": key})
        assert problem(answer, 400, why=key)["code"] == "idempotency_key_invalid", key
    assert await house.rows() == before


async def _with_key(house: House, operation: Operation, example: Example, headers: dict[str, str]) -> Any:
    raw: Any = {name: value.encode("utf-8") for name, value in headers.items()}
    return await ask(house, operation, example, headers=raw)


def _replaced(part: Any, old: Any, new: Any) -> Any:
    if isinstance(part, dict):
        return {name: _replaced(value, old, new) for name, value in part.items()}
    if isinstance(part, list):
        return [_replaced(one, old, new) for one in part]
    return new if part == old and new is not None else part
