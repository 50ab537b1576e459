"""A subject is put together from three files: `...subjects...`, `...subject_names...`, `...subject_dobs...`."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from verification.application.listed import BadList, Birth, EntityType, ListedEntity, ListedName, NameKind
from verification.strategies.lists.text import records

_TYPES: dict[str, EntityType] = {"individual": "individual", "entity": "entity", "ship": "vessel"}
_KINDS: dict[str, NameKind] = {"primary": "primary", "primary_variation": "alias", "alias": "alias"}
_WEAK = "low_quality_aka"
_SUBJECTS = "subjects"


def parse(path: Path) -> Iterator[ListedEntity]:
    """The subjects of the file `path`, whose name holds the word `subjects`; the two others lie beside it.

    Names and dates of the whole list (a few megabytes) are held in memory, since nothing promises their order.

    Raises:
        BadList: one of the three files is missing or is something else.
    """
    _, names_file, births_file = files(path)
    names, births = _names(names_file), _births(births_file)
    for row in records(path, "unique_id", "subject_type"):
        subject = row["unique_id"].strip()
        if row["subject_type"] not in _TYPES:
            raise BadList(f"{path.name}: {subject[:20]} is of the unknown type {row['subject_type'][:20]!r}")
        yield ListedEntity(
            entity_id=subject,
            entity_type=_TYPES[row["subject_type"]],
            names=tuple(dict.fromkeys(names.pop(subject, ()))),
            births=tuple(dict.fromkeys(births.get(subject, ()))),
            programmes=(subject.rstrip("0123456789"),),
        )
    if names:
        raise BadList(f"{path.name} lacks {len(names)} subjects that have names, as {next(iter(names))[:20]}")


def files(path: Path) -> tuple[Path, Path, Path]:
    """The files of subjects, names and dates of birth. BadList when one of them is not there."""
    if _SUBJECTS not in path.name:
        raise BadList(f"{path.name}: the name of the file of subjects holds the word `subjects`")
    return path, _beside(path, "subject_names"), _beside(path, "subject_dobs")


def _beside(path: Path, word: str) -> Path:
    other = path.with_name(path.name.replace(_SUBJECTS, word))
    if not other.is_file():
        raise BadList(f"{other.name} is not beside {path.name}")
    return other


def _names(path: Path) -> dict[str, list[ListedName]]:
    found: dict[str, list[ListedName]] = defaultdict(list)
    for row in records(path, "unique_id", "name_type", "alias_strength", "full_name"):
        kind, text = row["name_type"], " ".join(row["full_name"].split())
        if kind not in _KINDS:
            raise BadList(f"{path.name}: {kind[:20]!r} is no type of name")
        if text:
            found[row["unique_id"].strip()].append(ListedName(text, _KINDS[kind], weak=row["alias_strength"] == _WEAK))
    return found


def _births(path: Path) -> dict[str, list[Birth]]:
    found: dict[str, list[Birth]] = defaultdict(list)
    for row in records(path, "unique_id", "year", "month", "day"):
        birth = _birth(row["year"], row["month"], row["day"])
        if birth is not None:
            found[row["unique_id"].strip()].append(birth)
    return found


def _birth(year: str, month: str, day: str) -> Birth | None:
    """As exact as the row is. A date the calendar does not know counts by its year; such a year does not count."""
    if not year.isdecimal() or len(year) > 4 or int(year) < 1:
        return None
    try:
        if month and day:
            return Birth.on(date(int(year), int(month), int(day)))
        if month:
            last = monthrange(int(year), int(month))[1]
            return Birth(date(int(year), int(month), 1), date(int(year), int(month), last))
    except ValueError:
        pass
    return Birth.of_year(int(year))
