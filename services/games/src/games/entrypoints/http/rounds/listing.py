"""The list of rounds."""

from typing import Any

from sqlalchemy import Column

from chassis.http.listing import Field, ListSpec
from contracts.games.permissions import GamesPermission as P
from games.read_models.round_list import RoundState
from games.read_models.round_list import round_table as table


def _amount(column: Column[Any]) -> Field:
    return Field(column, sortable=True, currency="currency", data_class="financial")


ROUNDS = ListSpec(
    "rounds",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    id_column=table.c.round_id,
    fields={
        "round_id": Field(table.c.round_id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_round_list_player"),
        "supplier": Field(table.c.supplier),
        "game_code": Field(table.c.game_code),
        "round_ref": Field(table.c.round_ref, index_hint="ix_rm_round_list_round_ref"),
        "session_id": Field(table.c.session_id, index_hint="ix_rm_round_list_session"),
        "currency": Field(table.c.currency),
        "bets_minor": _amount(table.c.bets_minor),
        "wins_minor": _amount(table.c.wins_minor),
        "rolled_back_bets_minor": _amount(table.c.rolled_back_bets_minor),
        "rolled_back_wins_minor": _amount(table.c.rolled_back_wins_minor),
        "net_minor": _amount(table.c.net_minor),
        "bets": Field(table.c.bets),
        "wins": Field(table.c.wins),
        "rollbacks": Field(table.c.rollbacks),
        "state": Field(table.c.state, values=RoundState),
        "opened_at": Field(table.c.opened_at, sortable=True),
        "last_at": Field(table.c.last_at, sortable=True, never_before=table.c.opened_at),
        "closed_at": Field(table.c.closed_at, sortable=True),
    },
    default_order="opened_at.desc",
    time_field="opened_at",
    heavy=P.LIST_HEAVY,
)
