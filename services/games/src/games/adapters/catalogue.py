"""The catalogue: what suppliers offer to a casino, and what the casino decided about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from games.adapters.tables import casino_game, catalogue_game, supplier_setting
from games.application.ports import CatalogueEntry, OfferedGame
from games.application.wallet_calls import GameFacts

MOST_IN_LOBBY = 10_000

_offer, _choice = catalogue_game.c, casino_game.c

_JOINED = catalogue_game.outerjoin(
    casino_game,
    and_(
        _offer.casino_id == _choice.casino_id,
        _offer.supplier == _choice.supplier,
        _offer.game_code == _choice.game_code,
    ),
)
_ENTRY = select(
    _offer.supplier,
    _offer.game_code,
    _offer.name,
    _offer.category,
    _offer.product,
    _offer.platforms,
    _offer.blocked_countries.label("closed_by_supplier"),
    _offer.thumbnail_url,
    _offer.free_bets,
    _offer.offered,
    func.coalesce(_choice.enabled, false()).label("enabled"),
    _choice.blocked_countries.label("closed_by_casino"),
).select_from(_JOINED)


class SqlCatalogue:
    """See Catalogue."""

    async def find(
        self, connection: AsyncConnection, casino_id: UUID, game_code: str, supplier: str | None
    ) -> list[CatalogueEntry]:
        """See Catalogue."""
        query = _ENTRY.where(_offer.casino_id == casino_id, _offer.game_code == game_code)
        if supplier is not None:
            query = query.where(_offer.supplier == supplier)
        return [_entry(row) for row in await connection.execute(query)]

    async def playable(self, connection: AsyncConnection, casino_id: UUID, country: str) -> list[CatalogueEntry]:
        """See Catalogue."""
        account = and_(supplier_setting.c.casino_id == _offer.casino_id, supplier_setting.c.supplier == _offer.supplier)
        query = (
            _ENTRY.join(supplier_setting, account)
            .where(_offer.casino_id == casino_id, _offer.offered, _choice.enabled, supplier_setting.c.enabled)
            .order_by(_offer.name, _offer.supplier, _offer.game_code)
            .limit(MOST_IN_LOBBY)
        )
        entries = [_entry(row) for row in await connection.execute(query)]
        return [entry for entry in entries if country not in entry.blocked_countries]

    async def choose(self, connection: AsyncConnection, casino_id: UUID, entry: CatalogueEntry, now: datetime) -> None:
        """See Catalogue."""
        values: dict[str, Any] = {
            "enabled": entry.enabled,
            "blocked_countries": list(entry.closed_by_casino),
            "updated_at": now,
        }
        statement = insert(casino_game).values(
            casino_id=casino_id, supplier=entry.supplier, game_code=entry.game_code, **values
        )
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["casino_id", "supplier", "game_code"], set_=values)
        )

    async def take_over(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        supplier: str,
        games: Sequence[OfferedGame],
        now: datetime,
    ) -> list[CatalogueEntry]:
        """See Catalogue."""
        ours = (_offer.casino_id == casino_id, _offer.supplier == supplier)
        before = {row.game_code: _entry(row) for row in await connection.execute(_ENTRY.where(*ours))}
        for chunk in _chunks(
            [_offer_row(casino_id, supplier, game, now) for game in {game.code: game for game in games}.values()]
        ):
            statement = insert(catalogue_game).values(chunk)
            fresh = {
                column.name: statement.excluded[column.name]
                for column in catalogue_game.columns
                if not column.primary_key and column.name != "first_seen_at"
            }
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["casino_id", "supplier", "game_code"], set_=fresh)
            )
        await connection.execute(update(catalogue_game).where(*ours, _offer.seen_at < now).values(offered=False))
        after = [_entry(row) for row in await connection.execute(_ENTRY.where(*ours))]
        return [entry for entry in after if _told(before.get(entry.game_code)) != _told(entry)]


async def game_by_code(connection: AsyncConnection, casino_id: UUID, supplier: str, game_code: str) -> GameFacts | None:
    """A game as launches and bets must see it. A supplier that is switched off has no playable game."""
    entries = await SqlCatalogue().find(connection, casino_id, game_code, supplier)
    if not entries:
        return None
    on = await connection.execute(
        select(supplier_setting.c.enabled).where(
            supplier_setting.c.casino_id == casino_id, supplier_setting.c.supplier == supplier
        )
    )
    entry = entries[0]
    return GameFacts(entry.available and bool(on.scalar_one_or_none()), frozenset(entry.blocked_countries))


def _told(entry: CatalogueEntry | None) -> tuple[Any, ...]:
    """What others hear about a game; nothing is told about one that is and was off."""
    if entry is None or not entry.enabled:
        return ()
    return (entry.available, entry.blocked_countries, entry.name, entry.category)


def _entry(row: Any) -> CatalogueEntry:
    return CatalogueEntry(
        supplier=row.supplier,
        game_code=row.game_code,
        name=row.name,
        category=row.category,
        product=row.product,
        platforms=tuple(row.platforms),
        thumbnail_url=row.thumbnail_url,
        free_bets=row.free_bets,
        offered=row.offered,
        enabled=row.enabled,
        closed_by_supplier=tuple(row.closed_by_supplier),
        closed_by_casino=tuple(row.closed_by_casino or ()),
    )


def _offer_row(casino_id: UUID, supplier: str, game: OfferedGame, now: datetime) -> dict[str, Any]:
    return {
        "casino_id": casino_id,
        "supplier": supplier,
        "game_code": game.code,
        "name": game.name,
        "category": game.category,
        "product": game.product,
        "platforms": list(game.platforms),
        "blocked_countries": list(game.blocked_countries),
        "thumbnail_url": game.thumbnail_url,
        "free_bets": game.free_bets,
        "offered": True,
        "first_seen_at": now,
        "seen_at": now,
    }


def _chunks(rows: list[dict[str, Any]], size: int = 500) -> list[list[dict[str, Any]]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
