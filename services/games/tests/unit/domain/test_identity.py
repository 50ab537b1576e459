"""Derived ids: the same facts give the same id, any other fact another."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.games.rounds import round_id
from games.domain.identity import fingerprint

TEXT = st.text(max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(TEXT, min_size=1, max_size=4))
def test_fingerprints_agree_only_on_the_same_facts(one: list[str], other: list[str]) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


@given(st.lists(TEXT, max_size=5))
def test_a_fingerprint_fits_a_signed_64_bit_column(facts: list[str]) -> None:
    assert 0 <= fingerprint(*facts) < 2**63


def test_a_fingerprint_never_changes_from_one_build_to_the_next() -> None:
    assert fingerprint("bet", "p", 100, "EUR") == FINGERPRINT_OF_2026


def test_a_round_belongs_to_one_player_of_one_game() -> None:
    mine = round_id("hub88", UUID(int=1), UUID(int=2), "roulette", "77")
    assert mine == round_id("hub88", UUID(int=1), UUID(int=2), "roulette", "77")
    others = {
        round_id("hub88", UUID(int=1), UUID(int=3), "roulette", "77"),
        round_id("hub88", UUID(int=9), UUID(int=2), "roulette", "77"),
        round_id("hub88", UUID(int=1), UUID(int=2), "blackjack", "77"),
        round_id("other", UUID(int=1), UUID(int=2), "roulette", "77"),
    }
    assert mine not in others
    assert len(others) == 4
    assert mine.version == 8


FINGERPRINT_OF_2026 = 7226457287171309240
