"""What a text somebody searches for can be."""

import unicodedata
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backoffice.domain.player.identity import name_words
from backoffice.domain.search.asked import LONGEST, SHORTEST, Asked, asked
from backoffice.domain.search.errors import SearchTooLong, SearchTooShort, SearchUnreadable, SearchWildcard
from chassis.domain import Invalid

ID = UUID("0190f5fe-7c00-7a00-8000-00000000000a")


@pytest.mark.parametrize("q", [str(ID), str(ID).upper(), ID.hex, f"  {ID}\n"])
def test_an_id_in_any_of_its_spellings_is_that_id(q: str) -> None:
    assert asked(q).ids == (ID, ID)
    assert not asked(q).may_be_personal


@given(st.uuids(), st.integers(8, 36), st.booleans())
def test_an_id_is_among_those_that_begin_like_it(one: UUID, many: int, hyphens: bool) -> None:
    found = asked((str(one) if hyphens else one.hex)[:many]).ids
    assert found is not None
    first, last = found
    assert first <= one <= last


@pytest.mark.parametrize(
    "q", ["0190f5f", "0190f5fe7c00-", "0190f5fe--7c00", "0190f5fg", f"{ID}0", f"{{{ID}}}", f"-{ID}"]
)
def test_what_is_no_beginning_of_an_id_is_none(q: str) -> None:
    assert asked(q).ids is None


@pytest.mark.parametrize("q", ["pi_3Nx", "r-77", "tx/1:2", "po_1\u00e9", "T#1", "0190f5fe"])
def test_a_reference_is_no_person(q: str) -> None:
    assert asked(q).reference == q
    assert not asked(q).may_be_personal


@pytest.mark.parametrize(
    "q", ["+356 1234 5678", "0035612345678", "356-1234-5678", "(+356) 1234.5678", "\uff0b35612345678"]
)
def test_a_phone_number_is_read_with_its_country(q: str) -> None:
    assert asked(q).phone == "+35612345678"
    assert asked(q).may_be_personal


def test_digits_may_be_several_things() -> None:
    found = asked("12345678")
    assert (found.phone, found.reference, found.ids is not None) == ("+12345678", "12345678", True)
    assert found.may_be_personal
    assert not found.is_personal


@pytest.mark.parametrize("q", ["a@b", "ann@mail.example.com", "\uff41nn\uff20mail.example.com", "ann smith@x"])
def test_an_at_makes_it_an_e_mail_and_nothing_else(q: str) -> None:
    assert asked(q) == Asked(email=unicodedata.normalize("NFKC", q))
    assert asked(q).is_personal


@pytest.mark.parametrize(
    "q", ["Ann", "O\u2019Neil", "M\u00fcller-L.", "Ann Example 2", "\u674e\u5c0f\u9f99", "\u0645\u06cc\u200c\u062e"]
)
def test_letters_are_a_name_and_so_is_whatever_has_blanks(q: str) -> None:
    assert asked(q).name == name_words(q)
    assert asked(q).title is not None


@pytest.mark.parametrize(
    ("q", "refused"),
    [
        ("", SearchTooShort),
        ("ab", SearchTooShort),
        ("      ", SearchTooShort),
        ("\u2003\u2003\u2003\u2003", SearchTooShort),
        ("a" * 65, SearchTooLong),
        ("\ufdfa" * 20, SearchTooLong),
        ("ann*", SearchWildcard),
        ("%ann%", SearchWildcard),
        ("\uff05ann", SearchWildcard),
        ("ann\u202eexample", SearchUnreadable),
        ("ann\u200bexample", SearchUnreadable),
        ("ann\x00example", SearchUnreadable),
        ("ann\x07example", SearchUnreadable),
        ("ann\ue000", SearchUnreadable),
        ("ann\u0378x", SearchUnreadable),
        ("ann\ud800x", SearchUnreadable),
        ("ann\u2028example", SearchUnreadable),
        ("! ! !", SearchUnreadable),
    ],
    ids=ascii,
)
def test_what_nothing_is_found_by_is_refused(q: str, refused: type[Invalid]) -> None:
    with pytest.raises(refused):
        asked(q)


@given(st.text(max_size=80))
def test_every_text_is_something_or_is_refused(q: str) -> None:
    try:
        found = asked(q)
    except Invalid:
        return
    assert found != Asked()
    assert SHORTEST <= len(unicodedata.normalize("NFKC", q).strip()) <= LONGEST
    assert set("%_\\").isdisjoint(found.title or "")


FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=20)


@given(st.lists(NAMES, min_size=2, max_size=4))
def test_order_blanks_and_unicode_form_make_no_other_name(words: list[str]) -> None:
    whole = name_words(*words)
    assert name_words(*reversed(words)) == whole
    assert name_words("  ".join(words)) == whole
    for form in FORMS:
        assert name_words(*(unicodedata.normalize(form, word) for word in words)) == whole


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_name_is_searched_for_as_it_was_kept(words: list[str]) -> None:
    typed = " ".join(words)
    assume(len(typed) >= SHORTEST and len(unicodedata.normalize("NFKC", typed)) <= LONGEST and name_words(typed))
    assume(len(unicodedata.normalize("NFKC", typed).strip()) >= SHORTEST)
    assert asked(typed).name == name_words(*words)


@given(st.lists(NAMES, min_size=1, max_size=3), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_another_letter_makes_another_name(words: list[str], letter: str) -> None:
    assert name_words(*words, letter) != name_words(*words)


@given(NAMES)
def test_the_words_of_a_name_are_their_own_words(name: str) -> None:
    assert name_words(name_words(name)) == name_words(name)
