"""What a body may cost before anybody knows who sent it: little more than reading it."""

import tracemalloc

import pytest

from chassis.http.json_body import check_json, no_key_twice
from chassis.http.problems import RequestProblem

LIMIT = 256 * 1024
MOST_MEMORY = 32 * 1024 * 1024

WORST = {
    "many elements under a long key": b'{"' + b"k" * (LIMIT // 2) + b'": [' + b"1," * (LIMIT // 4 - 8) + b"1]}",
    "many containers": b"[" + b"[]," * (LIMIT // 3 - 2) + b"[]]",
    "many keys": b"{" + b",".join(b'"%d":0' % number for number in range(25_000)) + b"}",
    "many containers, deep": b"[" * 30 + b"[]," * (LIMIT // 3 - 24) + b"[]" + b"]" * 30,
}


@pytest.mark.parametrize("shape", WORST)
def test_the_worst_body_of_a_shape_takes_no_more_memory_than_a_document_of_its_size(shape: str) -> None:
    assert len(WORST[shape]) <= LIMIT
    tracemalloc.start()
    try:
        check_json(WORST[shape])
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_what_is_refused_at_the_end_of_a_long_list_is_named_without_the_whole_of_a_long_key() -> None:
    body = b'{"' + b"k" * 100_000 + b'": [' + b"1," * 50_000 + b'"\\u0000"]}'
    with pytest.raises(RequestProblem) as refused:
        check_json(body)
    assert [error.field for error in refused.value.errors] == ["k" * 100 + "[50000]"]


class Compared(str):
    """A key that counts how often it is compared with another."""

    __slots__ = ()
    times = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)


def test_a_key_given_twice_is_found_in_one_pass() -> None:
    keys = [Compared(number) for number in range(1_000)]
    Compared.times = 0
    with pytest.raises(RequestProblem) as refused:
        no_key_twice([*((key, 0) for key in keys), (Compared(999), 1)])
    assert refused.value.code == "duplicate_field"
    assert Compared.times < 10 * len(keys)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b'{"a": {"b": ["x", {"c": "\\u0000"}]}}', "invalid_text", "a.b[1].c"),
        (b'{"a": {"b\\u0000": 1}}', "invalid_text", "a"),
        (b'{"a": [1, 9223372036854775808]}', "out_of_range", "a[1]"),
        (b'[{"a": 1e999}]', "not_a_number", "[0].a"),
        (b'"\\ud800"', "invalid_text", "body"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate_field", "b"),
        (b"[" * 33 + b"]" * 33, "too_deep", "[0]" * 32),
    ],
)
def test_a_refusal_names_the_place(body: bytes, code: str, field: str) -> None:
    with pytest.raises(RequestProblem) as refused:
        check_json(body)
    assert [(error.code, error.field) for error in refused.value.errors] == [(code, field)]
