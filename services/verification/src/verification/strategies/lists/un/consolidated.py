"""The consolidated list read as a stream: one entry is held at a time, and no document type is let in."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from verification.application.listed import BadList, Birth, EntityType, ListedEntity, ListedName
from verification.strategies.lists.un.stream import Element, elements

_ENTRIES: dict[str, EntityType] = {"INDIVIDUAL": "individual", "ENTITY": "entity"}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_SEVERAL = re.compile(r"\s*;\s*|\s+[a-z]\)\s+")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_BORN = re.compile(r",?\s*\bborn\b.*", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def parse(path: Path) -> Iterator[ListedEntity]:
    """The individuals and entities of the list.

    Raises:
        BadList: not well-formed to its end, another document, or one with a document type declaration.
    """
    for element in elements(path, root="CONSOLIDATED_LIST", wanted=frozenset(_ENTRIES)):
        reference = element.first("REFERENCE_NUMBER") or element.first("DATAID")
        yield ListedEntity(
            entity_id=reference,
            entity_type=_ENTRIES[element.tag],
            names=tuple(dict.fromkeys(_names(element, reference))),
            births=tuple(dict.fromkeys(_births(element))),
            programmes=tuple(filter(None, (element.first("UN_LIST_TYPE"),))),
        )


def _names(element: Element, reference: str) -> Iterator[ListedName]:
    primary = " ".join(" ".join(element.first(part).split()) for part in _NAME_PARTS if element.first(part))
    if not primary:
        raise BadList(f"entry {reference[:20]!r} has no name")
    yield ListedName(primary, "primary")
    original = element.first("NAME_ORIGINAL_SCRIPT")
    if original:
        yield ListedName(" ".join(original.split()), "original_script")
    for alias in element.all(f"{element.tag}_ALIAS"):
        weak = alias.first("QUALITY").lower() == "low"
        former = alias.first("QUALITY").lower() == "f.k.a."
        for text in spellings(alias.first("ALIAS_NAME")):
            yield ListedName(text, "former" if former else "alias", weak)


def spellings(field: str) -> list[str]:
    """The names in one alias field, which may hold several, remarks, and a spelling in another script in brackets.

    >>> spellings("Jin Example (金例); Kim Example, born 1 Jan. 1953 (Some passport no. 1)")
    ['金例', 'Jin Example', 'Kim Example']
    """
    found = []
    for part in _SEVERAL.split(" ".join(field.split())):
        found += [inner.strip() for inner in _BRACKETS.findall(part) if not inner.isascii()]
        found.append(_BORN.sub("", _BRACKETS.sub(" ", part)).strip(" ,"))
    return [" ".join(text.split()) for text in dict.fromkeys(found) if any(letter.isalpha() for letter in text)]


def _births(element: Element) -> Iterator[Birth]:
    for birth in element.all("INDIVIDUAL_DATE_OF_BIRTH"):
        found = _birth(birth)
        if found is not None:
            yield found


def _birth(element: Element) -> Birth | None:
    day = element.first("DATE")
    try:
        if day:
            return Birth.on(date.fromisoformat(day[:10]))
        years = [int(element.first(tag)) for tag in ("YEAR", "FROM_YEAR", "TO_YEAR") if element.first(tag)]
        if not years:
            years = [int(year) for year in _YEAR.findall(element.first("NOTE"))]
        if not years:
            return None
        slack = 1 if element.first("TYPE_OF_DATE") == "APPROXIMATELY" else 0
        return Birth.of_years(min(years) - slack, max(years) + slack)
    except ValueError:
        return None
