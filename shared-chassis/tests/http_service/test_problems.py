"""Everything that is not a success is a problem document, and tells nothing it should not."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.http import FieldError, problem_response
from chassis.http.problems import STATUS_CODES
from chassis.http.validation import _BUILT_IN, CODES, field_errors
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token

from .conftest import Headers
from .example import EDIT

THINGS = "/api/example/v1/things"
GOOD = {"name": "a", "amount_minor": 1}


async def send(client: httpx.AsyncClient, staff: Headers, raw: bytes | str, **headers: str) -> httpx.Response:
    content = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    return await client.post(THINGS, content=content, headers={"content-type": "application/json", **staff, **headers})


async def test_a_good_body_is_taken(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.post(
        THINGS, json={**GOOD, "name": "\N{PARTY POPPER} \N{LATIN SMALL LETTER E WITH ACUTE}"}, headers=staff
    )
    assert answer.status_code == 201
    assert answer.json()["name"].startswith("\N{PARTY POPPER}")


async def test_every_wrong_field_is_named_with_a_stable_code(client: httpx.AsyncClient, staff: Headers) -> None:
    body = {
        "name": "x" * 21,
        "amount_minor": "many",
        "kind": "huge",
        "owner": "nobody",
        "inner": {"iban": 5, "bic": "x"},
        "tags": ["a", 1],
        "colour": "red",
    }
    document = problem(await client.post(THINGS, json=body, headers=staff), 422, "invalid_request")
    assert fields(document) == {
        "name": "too_long",
        "amount_minor": "not_an_integer",
        "kind": "not_allowed",
        "owner": "not_a_uuid",
        "inner.iban": "not_a_string",
        "inner.bic": "unknown_field",
        "tags[1]": "not_a_string",
        "colour": "unknown_field",
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"name": "missing", "amount_minor": "missing"}),
        ({**GOOD, "name": ""}, {"name": "too_short"}),
        ({**GOOD, "name": None}, {"name": "not_a_string"}),
        ({**GOOD, "amount_minor": 0}, {"amount_minor": "out_of_range"}),
        ({**GOOD, "amount_minor": -1}, {"amount_minor": "out_of_range"}),
        ({**GOOD, "amount_minor": 10**13}, {"amount_minor": "out_of_range"}),
        ({**GOOD, "amount_minor": 1.5}, {"amount_minor": "not_an_integer"}),
        ({**GOOD, "amount_minor": []}, {"amount_minor": "not_an_integer"}),
        ({**GOOD, "tags": "a"}, {"tags": "not_a_list"}),
        ({**GOOD, "inner": []}, {"inner": "not_an_object"}),
        ([], {"body": "not_an_object"}),
        ("text", {"body": "not_an_object"}),
        (7, {"body": "not_an_object"}),
        (None, {"body": "not_an_object"}),
        ({**GOOD, "amount_minor": True}, {"amount_minor": "not_an_integer"}),
        ({**GOOD, "amount_minor": "5"}, {"amount_minor": "not_an_integer"}),
        ({**GOOD, "until": 5}, {"until": "not_a_date"}),
        ({**GOOD, "until": "5"}, {"until": "not_a_date"}),
        ({**GOOD, "until": "2026-02-30"}, {"until": "not_a_date"}),
        ({**GOOD, "at": 1767225600}, {"at": "not_a_timestamp"}),
        ({**GOOD, "at": "2026-01-01T00:00:00"}, {"at": "timezone_missing"}),
        ({**GOOD, "until": "1799-12-31"}, {"until": "out_of_range"}),
        ({**GOOD, "until": "9999-12-31"}, {"until": "out_of_range"}),
        ({**GOOD, "at": "9999-12-31T23:59:59-14:00"}, {"at": "out_of_range"}),
        ({**GOOD, "at": "0001-01-01T00:00:00+14:00"}, {"at": "out_of_range"}),
        ({**GOOD, "urgent": "yes"}, {"urgent": "not_a_boolean"}),
        ({**GOOD, "urgent": 1}, {"urgent": "not_a_boolean"}),
    ],
    ids=str,
)
async def test_wrong_bodies(client: httpx.AsyncClient, staff: Headers, body: Any, expected: dict[str, str]) -> None:
    answer = await send(client, staff, json.dumps(body))
    assert fields(problem(answer, 422, "invalid_request")) == expected


async def test_a_moment_is_in_utc_from_here_on(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.post(THINGS, json={**GOOD, "at": "2200-12-31T23:00:00-14:00"}, headers=staff)
    assert answer.json()["at"] == "2201-01-01T13:00:00Z"


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        ('{"name": "a\\u0000b", "amount_minor": 1}', "invalid_text", "name"),
        ('{"name": "a\\ud800b", "amount_minor": 1}', "invalid_text", "name"),
        ('{"name": "a\\udfffb", "amount_minor": 1}', "invalid_text", "name"),
        ('{"tags": ["ok", "\\u0000"]}', "invalid_text", "tags[1]"),
        ('{"inner": {"iban": "\\udc00"}}', "invalid_text", "inner.iban"),
        ('{"\\u0000": 1}', "invalid_text", "body"),
        ('{"unknown\\ud800": 1}', "invalid_text", "body"),
        ('"\\ud800"', "invalid_text", "body"),
        ('{"name": "a", "name": "b"}', "duplicate_field", "name"),
        ('{"inner": {"iban": "a", "iban": "b"}}', "duplicate_field", "iban"),
        ('{"amount_minor": 9223372036854775808}', "out_of_range", "amount_minor"),
        ('{"amount_minor": -9223372036854775809}', "out_of_range", "amount_minor"),
        ('{"amount_minor": ' + "9" * 5000 + "}", "invalid_json", "body"),
        ('{"amount_minor": 1e999}', "not_a_number", "amount_minor"),
        ('{"amount_minor": NaN}', "invalid_json", "body"),
        ('{"amount_minor": Infinity}', "invalid_json", "body"),
        ("{", "invalid_json", "body"),
        ("{'a': 1}", "invalid_json", "body"),
        ("name=a", "invalid_json", "body"),
        (" ", "invalid_json", "body"),
        ('{"name": "a\tb"}', "invalid_json", "body"),
        ('{"name": "a\x00b"}', "invalid_json", "body"),
        (b'{"name": "\xff"}', "invalid_json", "body"),
        ('{"name": "\ud800"}', "invalid_json", "body"),
        ('{"name": "a"}'.encode("utf-16"), "invalid_json", "body"),
        ('{"name": "a"}'.encode("utf-16-le"), "invalid_json", "body"),
        ('\N{ZERO WIDTH NO-BREAK SPACE}{"name": "a"}', "invalid_json", "body"),
        ("[" * 33 + "]" * 33, "too_deep", "[0]" * 32),
        ("[" * 100_000, "too_deep", "body"),
        ("[" * 100_000 + "]" * 100_000, "too_deep", "body"),
        ('{"a":' * 40_000 + "1" + "}" * 40_000, "too_deep", "body"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_what_no_json_body_may_hold(
    client: httpx.AsyncClient, staff: Headers, raw: bytes | str, code: str, field: str
) -> None:
    document = problem(await send(client, staff, raw), 422, code)
    assert fields(document) == {field[:200]: code}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(body=anything)
async def test_no_json_whatsoever_makes_a_5xx(client: httpx.AsyncClient, staff: Headers, body: Any) -> None:
    answer = await send(client, staff, json.dumps(body))
    assert answer.status_code in (201, 422), answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    raw=st.binary(max_size=200),
    kind=st.sampled_from(
        [
            "application/json",
            "text/plain",
            "a/b; c=\xff",
            "",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
        ]
    ),
)
async def test_no_bytes_whatsoever_make_a_5xx(client: httpx.AsyncClient, staff: Headers, raw: bytes, kind: str) -> None:
    for path, token in ((THINGS, staff), ("/api/example/v1/uploads", bearer(make_token(kind="player")))):
        headers = [(b"authorization", token["Authorization"].encode()), (b"content-type", kind.encode("latin-1"))]
        answer = await client.post(path, content=raw, headers=headers)
        assert answer.status_code in (400, 415, 422), answer.text


@pytest.mark.parametrize("depth", [1, 31])
async def test_reasonable_nesting_is_no_problem(client: httpx.AsyncClient, staff: Headers, depth: int) -> None:
    answer = await send(client, staff, "[" * depth + "]" * depth)
    problem(answer, 422, "invalid_request")


async def test_a_surrogate_pair_is_a_character_like_any_other(client: httpx.AsyncClient, staff: Headers) -> None:
    assert (await send(client, staff, '{"name": "\\ud83c\\udf89", "amount_minor": 1}')).status_code == 201


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"]
)
async def test_another_kind_of_body_is_415(client: httpx.AsyncClient, staff: Headers, kind: str) -> None:
    answer = await client.post(
        THINGS, content=b'{"name":"a","amount_minor":1}', headers={**staff, "content-type": kind}
    )
    problem(answer, 415, "unsupported_media_type")


async def test_a_body_without_a_kind_is_415(client: httpx.AsyncClient, staff: Headers) -> None:
    problem(
        await client.post(THINGS, content=b'{"name":"a","amount_minor":1}', headers=staff),
        415,
        "unsupported_media_type",
    )


async def test_json_to_a_route_that_reads_forms_is_415(client: httpx.AsyncClient) -> None:
    headers = bearer(make_token(kind="player"))
    problem(
        await client.post("/api/example/v1/uploads", json={"kind": "a"}, headers=headers), 415, "unsupported_media_type"
    )


async def test_a_form_with_missing_parts_names_them(client: httpx.AsyncClient) -> None:
    headers = bearer(make_token(kind="player"))
    answer = await client.post("/api/example/v1/uploads", data={"kind": "a"}, headers=headers)
    assert fields(problem(answer, 422, "invalid_request")) == {"file": "missing"}


async def test_a_refusal_of_the_domain_keeps_its_words(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.post(f"{THINGS}/{uuid4()}/refuse", headers=staff)
    document = problem(answer, 409, "thing_too_old")
    assert document["detail"] == "It is from last year."
    assert fields(document) == {"thing_id": "thing_too_old"}
    problem(await client.post(f"{THINGS}/{uuid4()}/refuse?how=gone", headers=staff), 404, "not_found")


async def test_an_unexpected_failure_tells_nothing_but_its_number(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.post(f"{THINGS}/{uuid4()}/refuse?how=boom", headers=staff)
    document = problem(answer, 500, "internal_error")
    assert document["detail"] == "Internal error."
    assert "hunter2" not in answer.text
    assert "Runtime" not in answer.text


async def test_a_database_that_is_away_may_be_asked_again(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.post(f"{THINGS}/{uuid4()}/refuse?how=away", headers=staff)
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-internal-unwell"] == "1", "so that the gateway leaves the process alone"
    assert "hunter2" not in answer.text


async def test_a_failure_in_the_middle_of_an_answer_cuts_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/example/v1/stream")).text == "one\ntwo\n"
    with pytest.raises(RuntimeError, match="in the middle"):
        await client.get("/api/example/v1/stream?fail=true")


async def test_an_unknown_route_is_not_an_unknown_thing(client: httpx.AsyncClient, staff: Headers) -> None:
    for path in ("/", "/api", "/api/example/v1/nothing", "/docs", "/redoc", "/api/example/v1/things/"):
        problem(await client.get(path, headers=staff), 404, "route_not_found")
    problem(await client.get(f"{THINGS}/not-a-uuid", headers=staff), 422, "invalid_request")


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.delete(THINGS, headers=staff)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_a_missing_token_is_told_which_kind_is_wanted(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{THINGS}/{uuid4()}")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_query_and_path_values_are_named_with_their_place(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.get(f"{THINGS}/{uuid4()}?limit=many", headers=staff)
    assert fields(problem(answer, 422, "invalid_request")) == {"query.limit": "not_an_integer"}
    answer = await client.get(f"{THINGS}/many", headers=staff)
    assert fields(problem(answer, 422, "invalid_request")) == {"path.thing_id": "not_a_uuid"}


async def test_a_flood_of_wrong_fields_is_cut_short(client: httpx.AsyncClient, staff: Headers) -> None:
    body = {f"field{number}" + "x" * 1000: 1 for number in range(200)}
    answer = await client.post(THINGS, json=body, headers=staff)
    assert len(problem(answer, 422, "invalid_request")["errors"]) == 50
    assert len(answer.content) < 30_000


async def test_what_was_sent_is_never_sent_back(client: httpx.AsyncClient, staff: Headers) -> None:
    body = {"name": ["my-secret-value"], "amount_minor": "my-secret-value", "owner": "my-secret-value"}
    assert "my-secret-value" not in (await client.post(THINGS, json=body, headers=staff)).text


def test_every_code_of_pydantic_in_the_table_exists() -> None:
    assert set(CODES) <= _BUILT_IN


def test_an_error_of_our_own_keeps_its_code() -> None:
    (error,) = field_errors([{"type": "age_too_low", "loc": ("body", "birth"), "msg": "Too young"}])
    assert (error.field, error.code, error.message) == ("birth", "age_too_low", "Too young")


def test_every_status_we_answer_with_has_a_code() -> None:
    assert {400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 431, 500, 503} <= set(STATUS_CODES)


async def test_staff_without_the_permission_learn_nothing_from_their_body(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(permissions=["other.thing.edit"]))
    document = problem(await client.post(THINGS, json={"name": 5}, headers=token), 403, "forbidden")
    assert document["errors"] == []
    assert EDIT not in json.dumps(document)


def test_the_documents_are_ascii_so_that_no_text_can_break_them() -> None:
    body = problem_response(
        {"type": "http"}, 422, detail="\ud800\x00", errors=[FieldError(field="\udfff", code="c", message="\ud800")]
    )
    assert json.loads(bytes(body.body))["detail"] == "\ud800\x00"


@pytest.mark.parametrize(
    ("data", "name", "field"),
    [
        ({"kind": "a\x00b"}, "x.pdf", "kind"),
        ({"kind": "a", "k\x00": "b"}, "x.pdf", "body"),
        ({"kind": "a"}, "x\x00.pdf", "file"),
    ],
)
async def test_texts_of_forms_are_held_to_the_same_rule(
    client: httpx.AsyncClient, data: dict[str, str], name: str, field: str
) -> None:
    parts: list[tuple[bytes, bytes]] = [(f'name="{key}"'.encode(), value.encode()) for key, value in data.items()]
    parts.append((f'name="file"; filename="{name}"'.encode(), b"\x00\x01"))
    body = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n" for head, value in parts
    )
    headers = {**bearer(make_token(kind="player")), "content-type": "multipart/form-data; boundary=x"}
    answer = await client.post("/api/example/v1/uploads", content=body + b"--x--\r\n", headers=headers)
    assert fields(problem(answer, 422, "invalid_text")) == {field: "invalid_text"}


@pytest.mark.parametrize(
    "kinds",
    [
        [b"application/json", b"text/plain"],
        [b"text/plain", b"application/json"],
        [b"application/json\xa0"],
        [b"application/x+json;a=b"],
        [b"APPLICATION/JSON ; charset=latin-1"],
    ],
)
async def test_no_spelling_of_the_kind_gets_past_the_check(
    client: httpx.AsyncClient, staff: Headers, kinds: list[bytes]
) -> None:
    headers = [(b"authorization", staff["Authorization"].encode()), *((b"content-type", kind) for kind in kinds)]
    answer = await client.post(THINGS, content=b'{"name": "a\\u0000", "amount_minor": 1}', headers=headers)
    assert answer.status_code in (415, 422)
    if answer.status_code == 422:
        problem(answer, 422, "invalid_text")
