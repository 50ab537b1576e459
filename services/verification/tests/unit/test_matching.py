"""Finding a name among others."""

from datetime import date

import pytest

from verification.application.listed import Birth, EntityType, ListedEntity, ListedName
from verification.application.ports import Match
from verification.strategies.matching.tokens import TokenMatcher
from verification.strategies.matching.tokens.births import compare
from verification.strategies.matching.tokens.names import skeleton, words

BORN = date(1970, 2, 28)


def entity(
    entity_id: str,
    *names: str,
    weak: tuple[str, ...] = (),
    births: tuple[Birth, ...] = (),
    entity_type: EntityType = "individual",
) -> tuple[str, ListedEntity]:
    listed = [ListedName(text, "alias" if place else "primary") for place, text in enumerate(names)]
    listed += [ListedName(text, "alias", weak=True) for text in weak]
    return "test", ListedEntity(entity_id=entity_id, entity_type=entity_type, names=tuple(listed), births=births)


LISTED = [
    entity("1", "NIGHTSHADE, Erasmus Quillon", "Erazm Belladonna", weak=("The Lamplighter",), births=(Birth.on(BORN),)),
    entity("2", "AL-KHAYALI, Zafir Nasrallun", "Джафар Призраков", births=(Birth.of_year(1968),)),
    entity("3", "VON DRACHENFELS, Ottokara"),
    entity("4", "Muhammad 'Abd-al-Wahm QADHAFFUN"),
    entity("5", "Shadowmoor Trading Company", entity_type="entity"),
    entity("6", "Flying Dutchwoman", entity_type="vessel"),
    entity("7", "Li", weak=("Xi",)),
    *(entity(f"c{n}", f"Common{'abcdefghij'[n]} Maria Gonzalez") for n in range(10)),
]


@pytest.fixture(scope="module")
def matcher() -> TokenMatcher:
    return TokenMatcher(LISTED, threshold_permille=850)


def best(matcher: TokenMatcher, name: str, born: date | None = None) -> Match | None:
    return next(iter(matcher.match(name, born)), None)


def found(matcher: TokenMatcher, name: str, born: date | None = None) -> str | None:
    match = best(matcher, name, born)
    return None if match is None else match.entity.entity_id


def test_every_listed_name_of_every_person_is_found_with_the_full_score(matcher: TokenMatcher) -> None:
    for _, listed in LISTED:
        if listed.entity_type == "individual":
            for name in listed.names:
                if not name.weak:
                    match = best(matcher, name.text)
                    assert match is not None, name.text
                    assert (match.score_permille, match.entity.entity_id) == (1000, listed.entity_id)


@pytest.mark.parametrize(
    "name",
    [
        "Erasmus Quillon Nightshade",
        "nightshade erasmus quillon",
        "Dr. Érasmus Quillon NIGHTSHADE",
        "Mr Erasmus Nightshade",
        "Erasmus Nightshede",
        "Erasmus Nihgtshade",
        "ErasmusQuillon Nightshade",
        "E. Quillon Nightshade",
    ],
)
def test_other_ways_to_write_a_name_are_found(matcher: TokenMatcher, name: str) -> None:
    assert found(matcher, name) == "1"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mohammed Abdul Wahm Gaddafun", "4"),
        ("Dzhafar Prizrakov", "2"),
        ("Ottokara Drachenfels", "3"),
        ("Otto Kara von Drachenfels", "3"),
    ],
)
def test_transliterations_and_other_cuts_are_found(matcher: TokenMatcher, name: str, expected: str) -> None:
    assert found(matcher, name) == expected


@pytest.mark.parametrize(
    "name",
    ["John Smith", "Erasmus Smith", "Quillon Jones", "Zafir Jones", "Maria Gonzalez Ruiz Paredes", "", "!!"],
)
def test_other_people_are_left_alone(matcher: TokenMatcher, name: str) -> None:
    assert matcher.match(name, None) == []


def test_firms_and_ships_are_nobody(matcher: TokenMatcher) -> None:
    assert matcher.match("Shadowmoor Trading Company", None) == []
    assert matcher.match("Flying Dutchwoman", None) == []


def test_a_weak_alias_never_alerts_alone() -> None:
    lowest = TokenMatcher(LISTED, threshold_permille=700)
    assert lowest.match("The Lamplighter", None) == []
    assert lowest.match("The Lamplighter", date(1990, 1, 1)) == []
    assert lowest.match("Xi", BORN) == []


def test_a_weak_alias_counts_with_the_day_of_birth(matcher: TokenMatcher) -> None:
    match = best(matcher, "The Lamplighter", BORN)
    assert match is not None
    assert match.matched.weak
    assert match.score_permille == 900


def test_an_agreeing_day_of_birth_lifts_a_worse_spelling() -> None:
    plain = TokenMatcher(LISTED, threshold_permille=700).match("Erasmo Kwillon Nightsade", None)[0]
    lifted = TokenMatcher(LISTED, threshold_permille=700).match("Erasmo Kwillon Nightsade", BORN)[0]
    assert lifted.score_permille == min(1000, plain.score_permille + 100)


def test_an_equal_name_with_another_birth_still_reaches_a_person(matcher: TokenMatcher) -> None:
    match = best(matcher, "Erasmus Quillon Nightshade", date(1999, 1, 1))
    assert match is not None
    assert (match.birth, match.score_permille) == ("disagrees", 850)


def test_a_worse_spelling_with_another_birth_does_not(matcher: TokenMatcher) -> None:
    assert matcher.match("Erasmus Quillon Nightshede", date(1999, 1, 1)) == []


def test_the_explanation_names_both_names(matcher: TokenMatcher) -> None:
    match = best(matcher, "Erasmus Nightshede")
    assert match is not None
    assert match.matched.text == "NIGHTSHADE, Erasmus Quillon"
    assert ("erasmus", "erasmus", 1000) in match.pairs
    assert next(pair[2] for pair in match.pairs if pair[0] == "nightshede") < 1000


def test_one_entity_is_reported_once_by_its_likest_name(matcher: TokenMatcher) -> None:
    matches = matcher.match("Erazm Belladonna", None)
    assert [match.entity.entity_id for match in matches] == ["1"]
    assert matches[0].matched.text == "Erazm Belladonna"


def test_a_very_common_name_does_not_push_an_equal_one_out() -> None:
    crowd = [entity(f"n{n}", f"Maria Gonzalez Numero{n:03d}") for n in range(300)]
    matcher = TokenMatcher([*crowd, entity("x", "Maria Gonzalez")], threshold_permille=850)
    assert best(matcher, "Gonzalez Maria").entity.entity_id == "x"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("born", "listed", "verdict"),
    [
        (None, [Birth.on(BORN)], "unknown"),
        (BORN, [], "unknown"),
        (BORN, [Birth.on(BORN)], "agrees"),
        (BORN, [Birth.of_year(1950), Birth.on(BORN)], "agrees"),
        (BORN, [Birth.of_year(1970)], "near"),
        (BORN, [Birth.of_year(1971)], "near"),
        (BORN, [Birth.on(date(1970, 8, 2))], "near"),
        (BORN, [Birth.of_years(1960, 1980)], "near"),
        (BORN, [Birth.of_year(1973)], "disagrees"),
        (BORN, [Birth.on(date(1980, 2, 28))], "disagrees"),
    ],
)
def test_births_are_compared(born: date | None, listed: list[Birth], verdict: str) -> None:
    assert compare(born, listed) == verdict


def test_words_are_what_spellings_have_in_common() -> None:
    assert words("O’Brien-SMITH, Prof. Séamus") == words("seamus obrien smith")[1:] + words("seamus obrien smith")[:1]
    assert words("Dr") == ("dr",)
    assert words("Đặng Thị") == ("dang", "thi")
    assert words("محمد")
    assert skeleton("aeiou") == ""
