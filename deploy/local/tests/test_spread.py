"""Whoever takes longest begins first."""

from pitlocal.paths import REPOSITORY
from pitlocal.spread import JOURNEYS, LONG, place


def test_journeys_come_first_and_files_nobody_named_last() -> None:
    files = ["services/games/tests/unit/test_rounds.py", *LONG, "tests-e2e/wallet/test_wallet_over_http.py"]
    assert sorted(files, key=place) == [files[-1], *LONG, files[0]]


def test_what_is_said_to_take_long_is_there() -> None:
    assert [one for one in (*JOURNEYS, *LONG) if not (REPOSITORY / one).exists()] == []
