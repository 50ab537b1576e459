"""The list of a casino's games."""

from chassis.http.listing import Field, ListSpec
from games.adapters.tables import game_list

GAMES = ListSpec(
    "games",
    game_list,
    casino_column=game_list.c.casino_id,
    id_column=game_list.c.id,
    fields={
        "supplier": Field(game_list.c.supplier),
        "game_code": Field(game_list.c.game_code, sortable=True),
        "name": Field(game_list.c.name, sortable=True),
        "category": Field(game_list.c.category),
        "product": Field(game_list.c.product),
        "platforms": Field(game_list.c.platforms),
        "free_bets": Field(game_list.c.free_bets),
        "thumbnail_url": Field(game_list.c.thumbnail_url, ops=()),
        "offered": Field(game_list.c.offered),
        "enabled": Field(game_list.c.enabled),
        "closed_by_supplier": Field(game_list.c.closed_by_supplier),
        "closed_by_casino": Field(game_list.c.closed_by_casino),
    },
    default_order="game_code",
)
