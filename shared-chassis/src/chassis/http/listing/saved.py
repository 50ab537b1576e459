"""A saved view as a list meets it: a filter, an order, columns and a search kept under an id, asked for by `view=<id>`.

Whoever keeps views (`chassis.views`) is found at the application, so that lists know nothing of how they are kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.http.listing import errors
from chassis.http.listing.errors import choice, declined, refused
from chassis.http.listing.fields import Field, label_of
from chassis.http.listing.query import ListQuery
from chassis.http.listing.sight import Sight
from chassis.http.listing.tree import Leaf, Node, from_json, leaves, to_json


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of a view.

    Attributes:
        filters: with dynamic values as they were written.
        columns: names; none: all.
    """

    id: UUID
    version: int
    filters: Node | None = None
    order: str | None = None
    columns: tuple[str, ...] = ()
    q: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What a job keeps, to do what was asked for whatever becomes of the view. It may hold personal data."""
        kept = {"id": str(self.id), "version": self.version, "order": self.order, "columns": list(self.columns)}
        return {**kept, "filter": None if self.filters is None else to_json(self.filters), "q": self.q}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Saved":
        """What `to_json` gave."""
        tree = None if kept["filter"] is None else from_json(kept["filter"])
        return cls(UUID(kept["id"]), kept["version"], tree, kept["order"], tuple(kept["columns"]), kept["q"])


class SavedViews(Protocol):
    """Whoever keeps them."""

    async def find(self, caller: Caller, path: str, view_id: UUID) -> Saved | None:
        """The view of the list at this address as it is now; None unless the caller may use it."""
        ...

    async def about(self, caller: Caller, path: str) -> dict[str, Any] | None:
        """What the list's `/meta` says of them to this caller; None for those who have none."""
        ...


def at(request: Request, path: str) -> None:
    """Say which list a request is about: its address, with the parameters in it unfilled."""
    request.state.list_path = path


async def saved_for(request: Request, caller: Caller, query: ListQuery) -> Saved | None:
    """The view the query names; RequestProblem (404) when there is none for this caller at this list."""
    if query.view is None:
        return None
    path: str | None = getattr(request.state, "list_path", None)
    views: SavedViews | None = getattr(request.app.state, "views", None)
    found = await views.find(caller, path, query.view) if views is not None and path is not None else None
    if found is None:
        raise declined(404, errors.NO_SUCH_VIEW, "There is no such view of this list.", "See the list's /meta.")
    return found


async def views_of(request: Request, caller: Caller) -> dict[str, Any] | None:
    """What is told of the views of the list that the request is about."""
    views: SavedViews | None = getattr(request.app.state, "views", None)
    return None if views is None else await views.about(caller, request.state.list_path)


def beneath(saved: Saved | None, query: ListQuery) -> ListQuery:
    """The query with the view's order and columns where it has none of its own."""
    if saved is None:
        return query
    order = saved.order if query.order is None else query.order
    return replace(query, order=order, select=query.select or saved.columns or None)


def require_usable(saved: Saved | None, query: ListQuery, sight: Sight, fields: Mapping[str, Field]) -> None:
    """RequestProblem (400) when the view names what this caller may not ask or see, or what is no more: leaving the
    condition out would show more than the view does.

    Args:
        query: as the address has it; what it says itself is not taken from the view.
    """
    if saved is not None and (wrong := unusable(saved, query, sight)):
        labels = {name: label_of(name, fields[name]) if name in fields else name for name in wrong}
        closed = {
            one.field for one in leaves(saved.filters) if one.field in sight.filterable and not _answered(one, sight)
        }
        taken = "".join(f" {labels[name]} takes {choice(fields[name].words)} alone." for name in sorted(closed))
        message = f"This view uses {choice(labels.values())}, which you cannot use here.{taken}"
        hint = "Change the view (PUT at its address), or save one without it; order= and select= stand in for its own."
        raise refused(errors.VIEW_OUTDATED, "view", message, hint)


def unusable(saved: Saved, query: ListQuery, sight: Sight) -> list[str]:
    """The fields that a view uses, as far as the query leaves that to it, and that cannot be asked for so or seen."""
    return list(dict.fromkeys(_unusable(saved, query, sight)))


def _unusable(saved: Saved, query: ListQuery, sight: Sight) -> Iterator[str]:
    yield from (one.field for one in leaves(saved.filters) if not _answered(one, sight))
    if query.order is None and saved.order is not None:
        yield from (name for name in _ordered_by(saved.order) if name not in sight.sortable)
    if query.select is None:
        yield from (name for name in saved.columns if name not in sight.known)


def _answered(asked: Leaf, sight: Sight) -> bool:
    """Whether the list still takes this condition: a field's words may have become fewer since it was written."""
    if asked.field not in sight.filterable:
        return asked.field in sight.blind
    words = sight.known[asked.field].words
    texts = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    return not words or asked.op == "is" or (asked.op in sight.filterable[asked.field] and {*texts} <= {*words})


def _ordered_by(order: str) -> list[str]:
    return [part.strip(" ").partition(".")[0] for part in order.split(",")]
