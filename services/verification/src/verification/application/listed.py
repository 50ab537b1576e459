"""What a sanctions list says about somebody, whichever list it is and however it writes it down."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

EntityType = Literal["individual", "entity", "vessel", "aircraft", "unknown"]
NameKind = Literal["primary", "alias", "former", "original_script"]

LONGEST_NAME = 500
MOST_NAMES = 500
"""A listed name or entity beyond these is a broken file, not a person."""


@dataclass(frozen=True, slots=True, order=True)
class Birth:
    """A date of birth as exactly as it is known: somewhere from `earliest` to `latest`, both included.

    >>> str(Birth.of_year(1961)), str(Birth.of_years(1960, 1962)), str(Birth.on(date(1961, 10, 25)))
    ('1961', '1960/1962', '1961-10-25')
    """

    earliest: date
    latest: date

    @classmethod
    def on(cls, day: date) -> "Birth":
        """Known to the day."""
        return cls(day, day)

    @classmethod
    def of_years(cls, first: int, last: int) -> "Birth":
        """Known to lie in these years."""
        return cls(date(first, 1, 1), date(last, 12, 31))

    @classmethod
    def of_year(cls, year: int) -> "Birth":
        """Known to the year."""
        return cls.of_years(year, year)

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        if self.exact:
            return self.earliest.isoformat()
        if self == Birth.of_years(self.earliest.year, self.latest.year):
            years = sorted({self.earliest.year, self.latest.year})
            return "/".join(f"{year:04d}" for year in years)
        return f"{self.earliest.isoformat()}/{self.latest.isoformat()}"


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name of a listed entity. `weak`: the list itself calls it too common or too vague to go by alone."""

    text: str
    kind: NameKind
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntity:
    """One entry of a list. Its names and births are what a decision about a hit was made on."""

    entity_id: str
    entity_type: EntityType
    names: tuple[ListedName, ...]
    births: tuple[Birth, ...] = ()
    programmes: tuple[str, ...] = ()

    @property
    def primary(self) -> str:
        """The name it goes by."""
        return next((name.text for name in self.names if name.kind == "primary"), self.names[0].text)

    @property
    def content_hash(self) -> str:
        """Changes when, and only when, a name or a date of birth or the kind of thing changes, in whatever order."""
        content = [
            self.entity_type,
            sorted([name.text, name.kind, name.weak] for name in self.names),
            sorted(str(birth) for birth in self.births),
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:32]

    def joined_by(self, names: Sequence[ListedName]) -> "ListedEntity":
        """The same entity with more names, each spelling once."""
        known = {name.text for name in self.names}
        fresh = tuple(name for name in names if name.text not in known)
        return replace(self, names=self.names + fresh)


def to_document(entity: ListedEntity) -> dict[str, Any]:
    """The entity as it is stored."""
    return {
        "type": entity.entity_type,
        "names": [[name.text, name.kind, name.weak] for name in entity.names],
        "births": [[birth.earliest.isoformat(), birth.latest.isoformat()] for birth in entity.births],
        "programmes": list(entity.programmes),
    }


def from_document(entity_id: str, document: dict[str, Any]) -> ListedEntity:
    """What `to_document` stored."""
    return ListedEntity(
        entity_id=entity_id,
        entity_type=document["type"],
        names=tuple(ListedName(text, kind, weak) for text, kind, weak in document["names"]),
        births=tuple(Birth(date.fromisoformat(a), date.fromisoformat(b)) for a, b in document["births"]),
        programmes=tuple(document["programmes"]),
    )


class BadList(Exception):
    """The file is not a list of its kind, or not a whole one. Nothing of it is taken over."""


def checked(entities: Iterable[ListedEntity]) -> Iterable[ListedEntity]:
    """The entities as they come, stopping with BadList at the first that no real list has."""
    seen: set[str] = set()
    for entity in entities:
        if not entity.entity_id or len(entity.entity_id) > 100:
            raise BadList(f"an entry after {len(seen)} others has no usable id")
        if entity.entity_id in seen:
            raise BadList(f"entry {entity.entity_id} is there twice")
        if not entity.names:
            raise BadList(f"entry {entity.entity_id} has no name")
        if len(entity.names) > MOST_NAMES or any(len(name.text) > LONGEST_NAME for name in entity.names):
            raise BadList(f"entry {entity.entity_id} has more or longer names than any person has")
        if any("\x00" in name.text for name in entity.names):
            raise BadList(f"entry {entity.entity_id} has a name that is no text")
        seen.add(entity.entity_id)
        yield entity
    if not seen:
        raise BadList("the file has no entries")
