"""What a view holds, how it is kept sealed, and how much of it is shown to whom."""

import json
import unicodedata
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from chassis.domain import Invalid
from chassis.http.listing.query import LONGEST_SEARCH
from chassis.http.listing.saved import Saved
from chassis.http.listing.sight import Sight
from chassis.http.listing.tree import Group, Leaf, Node, Not, from_json, leaves, to_json
from chassis.http.models import StrictModel
from chassis.http.reasons import NO_CARD_NUMBER
from chassis.privacy import SecretBox

MASK: Final = "***"
"""Stands for a value that the one who looks may not read."""

LARGEST: Final = 64 * 1024
_JOINERS: Final = "\u200c\u200d"


def _readable(name: str) -> str:
    """A name in which nothing is hidden: no control characters and none that turn the direction of writing."""
    kinds = [unicodedata.category(one) for one in name if one not in _JOINERS]
    if any(kind.startswith("C") or kind in ("Zl", "Zp") for kind in kinds) or all(kind[0] in "MZ" for kind in kinds):
        raise ValueError("a name of visible characters is needed")
    return unicodedata.normalize("NFC", name)


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, strip_whitespace=True),
    AfterValidator(_readable),
    NO_CARD_NUMBER,
    Field(description="For people. It is told to whoever sees the view: no personal data belong in it"),
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class ViewColumn(StrictModel):
    """A column, at its place."""

    name: FieldName
    width: Annotated[int, Field(ge=20, le=2000, description="In CSS pixels")] | None = None


Filter = Annotated[
    dict[str, Any] | None, Field(description="A tree, as `/query` takes it; `$me` and `now-7d` keep their meaning")
]
Order = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=500)] | None,
    Field(description="As the list's `order`; that of the list where there is none"),
]
Columns = Annotated[list[ViewColumn], Field(max_length=100, description="In order; none: all")]
Searched = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SEARCH), NO_CARD_NUMBER] | None


class ViewContent(StrictModel):
    """What a view holds."""

    filter: Filter = None
    order: Order = None
    columns: Columns = Field(default=[])
    density: Literal["comfortable", "compact", "spacious"] = "comfortable"
    q: Searched = None


@dataclass(frozen=True, slots=True)
class Written:
    """A content, and whoever wrote it: nobody else is shown more of it than they would see, whoever restored it."""

    content: ViewContent
    author: UUID


def sealed(box: SecretBox, view_id: UUID, written: Written) -> str:
    """The content as text for a column. Invalid when it is too large."""
    content = written.content.model_dump(mode="json", include=set(ViewContent.model_fields))
    text = json.dumps({"author": str(written.author), "content": content}, separators=(",", ":"))
    if len(text) > LARGEST:
        raise Invalid(f"A view takes at most {LARGEST // 1024} KiB.", field="filter")
    return box.seal(text, label=f"list_view/{view_id}")


def opened(box: SecretBox, view_id: UUID, text: str) -> Written:
    """The content of a column."""
    kept = json.loads(box.open(text, label=f"list_view/{view_id}"))
    return Written(ViewContent.model_validate(kept["content"]), UUID(kept["author"]))


def tree_of(content: ViewContent) -> Node | None:
    """The filter; RequestProblem (400) when it is no tree."""
    return None if content.filter is None else from_json(content.filter)


def saved(view_id: UUID, version: int, content: ViewContent) -> Saved:
    """As lists take it."""
    columns = tuple(one.name for one in content.columns)
    return Saved(view_id, version, tree_of(content), content.order, columns, content.q)


def shown_to(sight: Sight, content: ViewContent, searched: tuple[str, ...]) -> ViewContent:
    """The content without values of fields that the caller does not see in clear.

    Args:
        searched: the fields that `q` looks into.
    """
    tree = tree_of(content)
    told = {"filter": None if tree is None else to_json(_masked(tree, sight))}
    hides = content.q is not None and not all(name in sight.filterable for name in searched)
    return content.model_copy(update={**told, **({"q": MASK} if hides else {})})


def require_written_out(tree: Node | None, q: str | None, sight: Sight) -> None:
    """Invalid when a value is the mask that stood in its place: it would be looked for as it stands."""
    if q == MASK or any(one.value == MASK for one in leaves(tree) if one.field not in sight.filterable):
        raise Invalid(
            "A value that is hidden from you stands in it: write it out.", field="q" if q == MASK else "filter"
        )


def _masked(node: Node, sight: Sight) -> Node:
    match node:
        case Not(member):
            inner = _masked(member, sight)
            return inner if isinstance(inner, Not) else Not(inner)
        case Group(kind, members):
            return Group(kind, tuple(_masked(one, sight) for one in members))
        case Leaf(name):
            return node if name in sight.filterable else replace(node, op="eq", value=MASK, every=None)
