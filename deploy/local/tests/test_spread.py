"""Whoever takes longest begins first."""

import pytest
from pitlocal.paths import REPOSITORY
from pitlocal.spread import BY_SERVICE, JOURNEYS, LONG, piece, place

BODIES = "tests-e2e/bad_input/test_bad_bodies.py"


def test_journeys_come_first_and_files_nobody_named_last() -> None:
    named = [one if isinstance(one, str) else one[-1] for one in LONG]
    assert sorted(["services/games/tests/unit/test_rounds.py", *named[::-1]], key=place)[:-1] == named
    assert named[0] in JOURNEYS


def test_what_is_said_to_take_long_is_there() -> None:
    named = [*(one for one in LONG if isinstance(one, str)), *JOURNEYS, *BY_SERVICE]
    assert [one for one in named if not (REPOSITORY / one).exists()] == []


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("gateway/tests/test_live.py::test_it[/api/games/]", "gateway/tests/test_live.py"),
        ("tests-e2e/journey/test_crash_journeys.py::test_it[roles-on-kafka]", JOURNEYS[0]),
        ("tests-e2e/journey/test_journey.py::test_it", JOURNEYS[0]),
        ("tests-e2e/wallet/test_wallet_over_http.py::test_it", JOURNEYS[0]),
        (f"{BODIES}::test_it[PUT /api/games/v1/views]", f"{BODIES} games"),
        (f"{BODIES}::test_it[games]", f"{BODIES} games"),
        (f"{BODIES}::test_it", BODIES),
    ],
)
def test_a_piece_is_a_file_or_a_service_of_it_or_the_journeys(test: str, expected: str) -> None:
    assert piece(test) == expected
