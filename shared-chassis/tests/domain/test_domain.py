"""The pure part: ids that sort, clocks that are told, errors that are sentences."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError, FixedClock, NotFound, event, event_type_of, uuid7
from chassis.store import EventTypes, UnknownEventType


@given(st.integers(0, 2**48 - 2))
def test_ids_sort_by_the_moment_they_were_made(moment: int) -> None:
    earlier, later = uuid7(moment), uuid7(moment + 1)
    assert earlier < later
    assert earlier.version == 7
    assert earlier.variant == "specified in RFC 4122"
    assert earlier.int >> 80 == moment


def test_ids_of_one_moment_differ() -> None:
    assert len({uuid7(0) for _ in range(1000)}) == 1000


def test_a_clock_needs_an_aware_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001
    assert FixedClock(datetime(2026, 1, 1, tzinfo=UTC)).now().tzinfo is UTC


def test_an_error_without_words_reads_its_code() -> None:
    class TillIsShort(DomainError):
        code = "till_is_short"

    assert TillIsShort().detail == "Till is short."
    assert TillIsShort("Only 3 left.", field="amount").field == "amount"
    assert NotFound().status == 404


def test_an_event_class_without_a_stored_name_is_refused() -> None:
    class Nameless:
        pass

    with pytest.raises(TypeError, match="no stored type"):
        event_type_of(Nameless)


@event("tests.grown", 3)
@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    a: int
    b: int = 0
    c: int = 0


def test_versions_are_lifted_step_by_step() -> None:
    types = EventTypes(
        Grown,
        upcasters={("tests.grown", 1): lambda d: {**d, "b": 2}, ("tests.grown", 2): lambda d: {**d, "c": d["b"] + 1}},
    )
    assert types.decode("tests.grown", 1, b'{"a": 1}') == Grown(a=1, b=2, c=3)
    assert types.decode("tests.grown", 3, b'{"a": 1}') == Grown(a=1)
    assert types.decode(*types.encode(Grown(a=5))) == Grown(a=5)
    with pytest.raises(UnknownEventType):
        types.decode("tests.grown", 4, b'{"a": 1}')
    with pytest.raises(UnknownEventType):
        types.decode("tests.shrunk", 1, b"{}")


def test_a_gap_in_the_upcasters_stops_the_start() -> None:
    with pytest.raises(TypeError, match="version 2 to 3"):
        EventTypes(Grown, upcasters={("tests.grown", 1): dict})


def test_two_classes_under_one_name_stop_the_start() -> None:
    @event("tests.grown", 3)
    @dataclass(frozen=True)
    class Twin:
        a: int

    with pytest.raises(TypeError, match="two classes"):
        EventTypes(Grown, Twin)
