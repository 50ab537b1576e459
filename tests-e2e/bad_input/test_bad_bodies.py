"""Bodies: of the wrong form, type, size and depth; missing and extra fields; texts and numbers no store takes."""

import pytest

from bad_input.asking import ask, blamed, encoded, problem
from bad_input.calm import CalmHouses
from bad_input.examples import EXAMPLES
from bad_input.houses import House
from bad_input.mutations import Mutation, mutations
from bad_input.openings import Openings
from bad_input.operations import WRITES, Operation
from contracts.registry import SERVICES

JSON_WRITES = [one for one in WRITES if one.takes_json]
TWO_MEGABYTES = b'{"a": "' + b"x" * 2_000_000 + b'"}'
BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"7",
    "null": b"null",
    "not a number": b'{"amount_minor": NaN}',
    "not UTF-8": b'{"reason": "\xff\xfe"}',
    "UTF-16": '{"reason": "text"}'.encode("utf-16"),
    "a number of 5000 digits": b'{"amount_minor": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 100 + b"]" * 100,
    "deeper than any stack": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a field twice": b'{"reason": "one", "reason": "two"}',
    "a NUL in a name": b'{"a\\u0000": 1}',
    "a lone surrogate": b'{"reason": "\\ud800"}',
    "a raw NUL": b'{"reason": "\x00"}',
}


def _hopeless(operation: Operation, mutation: Mutation) -> bool:
    return mutation.hopeless or not operation.accepts.is_valid(mutation.body)


@pytest.mark.parametrize("operation", JSON_WRITES, ids=repr)
async def test_what_the_description_does_not_allow_is_refused(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    assert operation.accepts.is_valid(house.body(example))
    for mutation in mutations(house.body(example)):
        if not _hopeless(operation, mutation):
            continue
        answer = await ask(house, operation, example, body=mutation.body)
        document = problem(answer, 422, why=mutation.name)
        top = mutation.field.partition(".")[0].partition("[")[0]
        assert any(name.startswith(top) or name == "body" for name in blamed(document)), (mutation.name, document)
    assert await house.rows() == before


@pytest.mark.parametrize("operation", JSON_WRITES, ids=repr)
async def test_a_body_that_is_none_is_refused(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    optional = not operation.described["requestBody"].get("required", False)
    before = await house.rows()
    for name, raw in BROKEN.items():
        if optional and name in ("nothing", "null"):
            continue
        document = problem(await ask(house, operation, example, raw=raw), 422, why=name)
        assert blamed(document), (name, document)
    too_much = TWO_MEGABYTES.ljust(operation.described.get("x-max-body-bytes", 0) + 1)
    large = problem(await ask(house, operation, example, raw=too_much), 413)
    assert large["code"] == "body_too_large"
    for media in (
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ):
        headers = {**house.headers(operation, example), "Content-Type": media}
        answer = await ask(house, operation, example, headers=headers, raw=encoded(house.body(example)))
        problem(answer, 400, 415, 422, why=media)
    assert await house.rows() == before


@pytest.mark.parametrize("service", SERVICES)
async def test_what_the_description_allows_is_done_or_refused_but_never_fails(service: str, openings: Openings) -> None:
    async with openings.open(service) as house:
        for operation in (one for one in JSON_WRITES if one.service == service):
            await _odd_but_allowed(house, operation)


async def _odd_but_allowed(house: House, operation: Operation) -> None:
    example = EXAMPLES[operation.key]
    for mutation in mutations(house.body(example)):
        if _hopeless(operation, mutation):
            continue
        before = await house.rows()
        answer = await ask(house, operation, example, body=mutation.body)
        if answer.status_code < 300:
            continue
        problem(answer, why=f"{operation} {mutation.name}")
        if not example.remembers_refusals:
            assert await house.rows() == before, f"{operation} {mutation.name} was refused, and done by half"


async def test_money_in_a_currency_the_player_does_not_have_is_refused(calm_houses: CalmHouses) -> None:
    asked = 0
    for operation in JSON_WRITES:
        house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
        body = house.body(example)
        if not {"amount_minor", "currency"} <= set(body):
            continue
        for currency in ("GBP", "XXX", "ZZZZZ"):
            changed = {**body, "currency": currency, **{name: None for name in body if name.endswith("_id")}}
            document = problem(await ask(house, operation, example, body=changed), 404, 409, 422, why=operation.key)
            assert blamed(document) == ["currency"], document
            asked += 1
    assert asked >= 9
