"""One question asked of a list, held against its fields and the caller: what pages, files and jobs have in common."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement
from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.auth.errors import Forbidden
from chassis.http.listing import errors
from chassis.http.listing.check import Blind, Checker, fixed_currencies, narrows, read_scope
from chassis.http.listing.cost import Total
from chassis.http.listing.cursor import make_cursor, read_cursor
from chassis.http.listing.errors import choice, refused
from chassis.http.listing.fields import Field
from chassis.http.listing.keyset import Term, behind, read_order, term_of
from chassis.http.listing.output import Shown
from chassis.http.listing.query import WORDS, ListQuery, Preferences
from chassis.http.listing.saved import Saved, beneath, require_usable
from chassis.http.listing.sight import sight_of
from chassis.http.listing.sql import predicate, search
from chassis.http.listing.statements import Selection
from chassis.http.listing.tree import Leaf, Node, Not, both, leaves, to_json
from chassis.http.listing.values import Moment
from chassis.store.context import CasinoScope

if TYPE_CHECKING:
    from chassis.http.listing.spec import ListSpec

Row = dict[str, Any]

_OPEN: Final = ("public", "internal")


class Asked:
    """One question, held against the list and the caller. Made by `ListSpec.ask`.

    Attributes:
        written: the whole filter as it was written: that of the address, of the body and of the view.
    """

    def __init__(
        self,
        spec: "ListSpec",
        request: Request,
        caller: Caller,
        query: ListQuery,
        tree: Node | None,
        moment: Moment,
        where: Sequence[ColumnElement[bool]],
        saved: Saved | None,
    ) -> None:
        self.spec, self.caller, self.saved = spec, caller, saved
        self.query = beneath(saved, query)
        self.key: bytes = request.app.state.cursor_key
        self._now = moment.now
        self.sight = sight_of(caller, spec.fields)
        require_usable(saved, query, self.sight, spec.fields)
        self.shown = self._selected()
        kept = saved.filters if saved is not None else None
        self.written = both(both(query.filters, tree), kept)
        vault = getattr(request.app.state, "vault", None)
        checker = Checker(
            fields=self.sight.known,
            filterable=self.sight.filterable,
            moment=moment,
            blind=self.sight.blind,
            index_of=getattr(vault, "blind_index", None),
            like_minimum=spec.like_minimum,
            words=WORDS,
        )
        checked = both(checker.check(query.filters), checker.check(tree, from_body=True))
        checked = both(checked, checker.check(kept, from_body=True))
        self._note_use(checked)
        terms = self._terms(checked)
        own = self._own(where)
        self._require_narrow(checked, bool(own))
        self.narrowed = checked is not None or self.query.order is not None or bool(self._texts)
        conditions = [*own, *spec.visible(caller), *self._search()]
        if checked is not None:
            conditions.append(predicate(checked, self.sight.known, self._scope))
        self.bound_to = self._bound_to(request, terms)
        self.selection = Selection(
            table=spec.table,
            columns=self._columns(),
            conditions=tuple(conditions),
            terms=terms,
            scope=read_scope(self._scope, checked, spec.fields, spec.casino_column),
            casino_column=spec.casino_column,
            place=self._place(terms),
            backwards=query.before is not None,
        )

    def _note_use(self, checked: Node | None) -> None:
        """Whoever finds rows by what he does not see uses the permission for that."""
        for leaf in leaves(checked):
            permission = self.sight.known[leaf.field].blind_permission
            if isinstance(leaf.value, Blind) and permission is not None:
                self.caller.may(permission)

    @property
    def _scope(self) -> CasinoScope:
        return self.caller.scope()

    def in_order(self, rows: list[Row]) -> list[Row]:
        """What is shown of what was read: without the one more, and not from the end."""
        shown = rows[: self.query.limit]
        return shown[::-1] if self.selection.backwards else shown

    def page(self, rows: list[Row], ends: list[list[Any]], found: int, total: Total | None, wish: Preferences) -> Shown:
        """The page with its neighbours."""
        more, query = found > self.query.limit, self.query
        behind_it = more or query.before is not None
        before_it = query.after is not None or query.offset > 0 or (more and query.before is not None)
        if query.before is None:
            behind_it = more
        cursors = [make_cursor(self.key, self.bound_to, end, self._now) for end in (ends[0], ends[-1])] if ends else []
        return Shown(
            columns=tuple(self.shown),
            rows=rows,
            first=query.offset if query.cursor is None else None,
            total=total,
            before=cursors[0] if cursors and before_it else None,
            after=cursors[1] if cursors and behind_it else None,
            applied=wish.applied,
        )

    @property
    def told(self) -> Any:
        """The filter as JSON for others to read: what is asked of personal data is left out."""
        return None if self.written is None else to_json(_discreet(self.written, self.spec.fields))

    def _selected(self) -> dict[str, Field]:
        known, wanted = dict(self.sight.known), self.query.select
        if wanted is None:
            return known
        for name in wanted:
            if name not in known:
                raise refused(errors.WRONG_SELECT, "select", f"Select columns of {choice(known)}, or *.")
        return {name: known[name] for name in wanted}

    def _terms(self, checked: Node | None) -> tuple[Term, ...]:
        if self.query.order is None:
            everything = {name: field for name, field in self.spec.fields.items() if field.sortable}
            terms = list(read_order(self.spec.default_order, everything))
        else:
            terms = list(read_order(self.query.order, dict(self.sight.sortable)))
            fixed = fixed_currencies(checked)
            for term in terms:
                currency = self.sight.known[term.name].currency
                if currency and currency not in fixed:
                    raise refused(errors.CURRENCY_NEEDED, "order", f"Add {currency}=eq.EUR (or the one you mean).")
        there, descending = {id(term.column) for term in terms}, terms[-1].descending
        last = [field for field in self.spec._last if id(field.column) not in there]  # noqa: SLF001 - the same package
        return (*terms, *(term_of(f"_{field.sql.key}", field, descending=descending) for field in last))

    def _own(self, where: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
        """What the route and the caller's own kind narrow the list to, whatever is asked for."""
        if not self.caller.is_player:
            return list(where)
        if self.spec.owner_column is None:
            raise Forbidden
        return [*where, self.spec.owner_column == self.caller.id]

    def _require_narrow(self, checked: Node | None, own: bool) -> None:
        spec = self.spec
        if spec.time_field is None or own or narrows(checked, spec.indexed, spec.time_field):
            return
        known = sorted(spec.indexed & self.sight.filterable.keys())
        message = f"This list is huge: give {spec.time_field}=gte. and a time, or eq or in on {choice(known)}."
        raise refused(errors.RANGE_NEEDED, spec.time_field, message, f"{spec.time_field}=gte.{spec.default_range}")

    @property
    def _texts(self) -> list[str]:
        """What is searched for; both texts must be found where the view has one, too."""
        return [text for text in (self.query.q, self.saved.q if self.saved else None) if text is not None]

    def _search(self) -> list[ColumnElement[bool]]:
        if self._texts and not self.spec.search:
            raise refused(errors.UNKNOWN_PARAMETER, "q", "This list has no search; filter it by its fields.")
        fields = [self.sight.known[name] for name in self.spec.search if name in self.sight.filterable]
        return [search(text, fields) for text in self._texts]

    def _columns(self) -> dict[str, ColumnElement[Any]]:
        """Everything the caller may know, selected or not: what completes the rows may need any of it."""
        hidden = {name: field for name, field in self.spec.fields.items() if field.hidden}
        fetched = {**self.sight.known, **hidden}
        columns = {f"f_{name}": field.column for name, field in fetched.items() if field.column is not None}
        return columns if self.spec.casino_column is None else {**columns, "c": self.spec.casino_column}

    def _place(self, terms: tuple[Term, ...]) -> ColumnElement[bool] | None:
        cursor = self.query.cursor
        if cursor is None:
            return None
        values = read_cursor(self.key, self.bound_to, cursor, terms, self._now)
        read = tuple(term.flipped for term in terms) if self.query.before is not None else terms
        return behind(read, values)

    def _bound_to(self, request: Request, terms: tuple[Term, ...]) -> list[Any]:
        scope, written, saved = self._scope, self.written, self.saved
        return [
            self.spec.name,
            request.scope["path"].removesuffix("/query"),
            None if written is None else to_json(written),
            [term.written for term in terms],
            self.query.q,
            None if saved is None else [str(saved.id), saved.version],
            f"{self.caller.kind}:{self.caller.id}",
            None if scope.ids is None else sorted(map(str, scope.ids)),
            sorted(map(str, scope.but)),
        ]


def _discreet(node: Node, fields: Mapping[str, Field]) -> Node:
    match node:
        case Leaf(name):
            field = fields.get(name)
            return node if field is not None and field.data_class in _OPEN else Leaf(name, "eq", "***")
        case Not(member):
            inner = _discreet(member, fields)
            return inner if isinstance(inner, Not) else Not(inner)
        case _:
            return type(node)(node.kind, tuple(_discreet(one, fields) for one in node.members))
