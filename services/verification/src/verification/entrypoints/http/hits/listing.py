"""The list of hits."""

from collections.abc import Iterable
from typing import Final, get_args

from chassis.http.listing import Field, ListSpec, where_shown
from verification.application.ports import BirthVerdict
from verification.entrypoints.http.hits.schemas import HitItem
from verification.read_models.hit_list import HitStatus, table

_SORTABLE = frozenset({"raised_at", "decided_at", "score_permille", "status", "list_name"})
_OPEN = frozenset({"id", "player_id", "casino_id", "raised_at"})
_WORDS: Final[dict[str, Iterable[str]]] = {"status": HitStatus, "birth": get_args(BirthVerdict)}

HITS = ListSpec(
    "hits",
    table,
    casino_column=table.c.casino_id,
    fields={
        name: Field(
            table.c[name],
            sortable=name in _SORTABLE,
            data_class="internal" if name in _OPEN else "aml",
            values=_WORDS.get(name, ()),
        )
        for name in HitItem.model_fields
    },
    default_order="raised_at.desc",
    visible=lambda caller: where_shown(caller, "aml", table.c.casino_id),
)
