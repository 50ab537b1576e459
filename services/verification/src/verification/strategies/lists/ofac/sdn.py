"""SDN.CSV: one row per entity; dates of birth and weak aliases hide in the remarks."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from verification.application.listed import BadList, Birth, EntityType, ListedEntity, ListedName
from verification.strategies.lists.text import rows

_COLUMNS = 12
_NOTHING = "-0-"
_TYPES: dict[str, EntityType] = {"individual": "individual", "vessel": "vessel", "aircraft": "aircraft", "": "entity"}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ONE_DATE = r"(?:(?:(\d{1,2}) )?([A-Z][a-z]{2}) )?(\d{4})"
_BIRTH = re.compile(rf"(?:^|; )(?:alt\. )?DOB (circa )?{_ONE_DATE}(?:(?: to |-){_ONE_DATE})?(?=[;.]|$)")
_WEAK_ALIAS = re.compile(r"(?:^|; )([afn])\.k\.a\. '(.+?)'(?=[;.]|$)")


def parse(path: Path) -> Iterator[ListedEntity]:
    """The entities of an SDN.CSV, one after the other.

    Raises:
        BadList: a row is not one of this file's.
    """
    for row in rows(path, _COLUMNS):
        entity_id, name, sdn_type, programme, *_, remarks = (_value(field) for field in row)
        if not entity_id.isdigit() or not name:
            raise BadList(f"{path.name}: {entity_id[:20]!r} is no entity number, or the entity has no name")
        if sdn_type not in _TYPES:
            raise BadList(f"{path.name}: entity {entity_id} is of the unknown type {sdn_type[:20]!r}")
        yield ListedEntity(
            entity_id=entity_id,
            entity_type=_TYPES[sdn_type],
            names=(ListedName(name, "primary"), *_weak_aliases(remarks)),
            births=births(remarks),
            programmes=tuple(part.strip() for part in programme.split("] [") if part.strip()),
        )


def _value(field: str) -> str:
    text = field.strip()
    return "" if text == _NOTHING else text


def _weak_aliases(remarks: str) -> list[ListedName]:
    """Aliases in single quotes: OFAC's own mark of a weak one."""
    found = dict.fromkeys((kind, text.strip(" '")) for kind, text in _WEAK_ALIAS.findall(remarks))
    return [ListedName(text, "former" if kind == "f" else "alias", weak=True) for kind, text in found if text]


def births(remarks: str) -> tuple[Birth, ...]:
    """The dates of birth in a row's remarks.

    >>> [str(birth) for birth in births("DOB 25 Oct 1961; alt. DOB circa 1960; POB Homs, Syria.")]
    ['1961-10-25', '1959/1961']
    """
    found = []
    for circa, day, month, year, to_day, to_month, to_year in _BIRTH.findall(remarks):
        span = _span(day, month, int(year))
        if span is not None and to_year:
            last = _span(to_day, to_month, int(to_year))
            span = None if last is None else (span[0], last[1])
        if span is not None and span[0] <= span[1]:
            found.append(_about(span) if circa else Birth(*span))
    return tuple(dict.fromkeys(found))


def _span(day: str, month: str, year: int) -> tuple[date, date] | None:
    """First and last day of what was written; None when the calendar has no such day."""
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    number = _MONTHS.get(month.lower())
    if number is None or not year:
        return None
    try:
        if day:
            exact = date(year, number, int(day))
            return exact, exact
        following = date(year + number // 12, number % 12 + 1, 1)
        return date(year, number, 1), date.fromordinal(following.toordinal() - 1)
    except ValueError:
        return None


def _about(span: tuple[date, date]) -> Birth:
    """A year more to either side."""
    return Birth.of_years(span[0].year - 1, span[1].year + 1)
