"""The one statement of a search: a branch per kind, each with its own scope and its own end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, literal, null, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.name_indexes import first_name_index, last_name_index, name_index
from backoffice.domain.search.asked import Asked
from backoffice.domain.search.errors import SearchTookTooLong
from backoffice.entrypoints.http.search.sight import Kind, Sight
from backoffice.read_models.casino_list import table as casinos
from backoffice.read_models.player_list import table as players
from backoffice.read_models.search_entry import table as entries
from chassis.http.listing import in_scope
from chassis.privacy import SubjectVault
from chassis.store import Row
from chassis.store.context import CasinoScope

_GIVEN_UP = frozenset({"57014", "55P03"})
"""PostgreSQL's codes for a statement that ran, or waited for a lock, too long."""

_LIMITS = text("SELECT set_config('statement_timeout', '1000', true), set_config('lock_timeout', '100', true)")

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the tables are asked.

    Attributes:
        asked: what the text can be.
        sight: the kinds to look through, and the casinos of each.
        identity: the casinos whose players are found by e-mail, phone and name.
        searcher: who searches; what is a colleague's own is found by this one alone.
        limit: of each kind, at most.
    """

    asked: Asked
    sight: Sight
    identity: CasinoScope
    searcher: str
    limit: int

    async def found(self, connection: AsyncConnection, vault: SubjectVault) -> list[Row]:
        """What is found, by kind and newest first; of a kind with more than the limit, one more than it.

        Raises:
            SearchTookTooLong: it took more than a second, or somebody else has a table to himself.
        """
        branches = [self._branch(kind, vault) for kind in self.sight]
        asking = [one.limit(self.limit + 1).subquery() for one in branches if one is not None]
        if not asking:
            return []
        await connection.execute(_LIMITS)
        try:
            rows = await connection.execute(union_all(*(select(one) for one in asking)))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _GIVEN_UP:
                raise SearchTookTooLong("The search took too long. Ask for fewer kinds of things.") from error
            raise
        return [dict(row) for row in rows.mappings()]

    def _branch(self, kind: Kind, vault: SubjectVault) -> Select[Any] | None:
        match kind:
            case "player":
                return self._players(vault)
            case "casino":
                return self._casinos()
            case _:
                return self._entries(kind)

    def _players(self, vault: SubjectVault) -> Select[Any] | None:
        column: Any = players.c
        scope = self.sight["player"]
        known = [and_(one, in_scope(column.casino_id, scope)) for one in self._begins(column.player_id)]
        told = or_(*self._personal(vault)) if self.identity_is_looked_at else None
        if told is not None:
            known.append(and_(told, in_scope(column.casino_id, scope & self.identity)))
        if not known:
            return None
        shown = _shown("player", column.player_id, column.casino_id, column.player_id, column.registered_at)
        label = (column.country + literal(" ") + column.currency).label("label")
        return (
            select(*shown, label, column.sealed.label("sealed"))
            .where(or_(*known))
            .order_by(column.registered_at.desc(), column.player_id.desc())
        )

    @property
    def identity_is_looked_at(self) -> bool:
        """Whether players are compared with what may be personal data."""
        return self.asked.may_be_personal and "player" in self.sight and not self.identity.empty

    def _personal(self, vault: SubjectVault) -> Iterable[Condition]:
        asked, column = self.asked, players.c
        if asked.email is not None:
            yield column.email_index == vault.blind_index(asked.email)
        if asked.phone is not None:
            yield column.phone_index == vault.blind_index(asked.phone)
        if asked.name is not None:
            yield column.name_index == name_index(vault, asked.name)
            yield column.first_name_index == first_name_index(vault, asked.name)
            yield column.last_name_index == last_name_index(vault, asked.name)

    def _casinos(self) -> Select[Any] | None:
        column: Any = casinos.c
        known = [*self._begins(column.casino_id)]
        if self.asked.title is not None:
            known.append(column.plain_name.like(f"{self.asked.title}%"))  # Letters, digits and blanks: no wildcard.
        if not known:
            return None
        nobody = null().cast(Uuid)
        shown = _shown("casino", column.casino_id, column.casino_id, nobody, column.opened_at)
        return (
            select(*shown, column.name.label("label"), _NOTHING_SEALED)
            .where(or_(*known), in_scope(column.casino_id, self.sight["casino"]))
            .order_by(column.opened_at.desc(), column.casino_id.desc())
        )

    def _entries(self, kind: Kind) -> Select[Any] | None:
        column: Any = entries.c
        known = [*self._begins(column.entry_id), *(self._begins(column.id) if kind == "round" else ())]
        if self.asked.reference is not None:
            known.append(column.reference == self.asked.reference)
            known.append(column.movement_reference == self.asked.reference)
        if not known:
            return None
        shown = _shown(kind, column.id, column.casino_id, column.player_id, column.happened_at)
        own = or_(column.owner_id.is_(None), column.owner_id == self.searcher)
        once = (
            select(*shown, column.label.label("label"), _NOTHING_SEALED)
            .ext(distinct_on(column.id))
            .where(column.kind == kind, or_(*known), self._in_sight(kind), own)
            .order_by(column.id, column.happened_at)
            .subquery()
        )
        return select(once).order_by(once.c.happened_at.desc(), once.c.id.desc())

    def _in_sight(self, kind: Kind) -> Condition:
        """A report job is of several casinos and shown to its owner, as in the list of reports."""
        return entries.c.owner_id.is_not(None) if kind == "report" else in_scope(entries.c.casino_id, self.sight[kind])

    def _begins(self, column: ColumnElement[Any]) -> Iterable[Condition]:
        if self.asked.ids is not None:
            yield column.between(*self.asked.ids)


_NOTHING_SEALED = literal({}, JSONB).label("sealed")


def _shown(kind: str, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    names = ("id", "casino_id", "player_id", "happened_at")
    return [literal(kind, Text).label("kind"), *(one.label(name) for name, one in zip(names, columns, strict=True))]
