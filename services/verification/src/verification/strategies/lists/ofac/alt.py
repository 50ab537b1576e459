"""ALT.CSV: the strong aliases of SDN's entities, one row each, grouped by entity."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from verification.application.listed import BadList, ListedEntity, ListedName, NameKind
from verification.strategies.lists.text import rows

_COLUMNS = 5
_KINDS: dict[str, NameKind] = {"aka": "alias", "fka": "former", "nka": "alias"}


def parse(path: Path) -> Iterator[ListedEntity]:
    """Per entity its aliases; who it is stands in SDN.CSV, so its type is unknown here.

    Raises:
        BadList: a row is not one of this file's.
    """
    for entity_id, group in groupby(rows(path, _COLUMNS), key=lambda row: row[0].strip()):
        names = dict.fromkeys(_alias(path, row) for row in group)
        yield ListedEntity(entity_id=entity_id, entity_type="unknown", names=tuple(names))


def _alias(path: Path, row: list[str]) -> ListedName:
    entity_id, _, kind, text, _ = (field.strip() for field in row)
    if not entity_id.isdigit() or kind not in _KINDS or not text:
        raise BadList(f"{path.name}: {entity_id[:20]!r}, {kind[:20]!r} is no alias of an entity")
    return ListedName(text, _KINDS[kind])
