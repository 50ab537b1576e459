"""The list of game sessions."""

from typing import get_args

from chassis.http.listing import Field, ListSpec
from chassis.http.listing.codes import code_fields
from contracts.games.permissions import GamesPermission as P
from games.domain.session.events import Platform
from games.read_models.session_list import SessionState
from games.read_models.session_list import session_table as table

SESSIONS = ListSpec(
    "game_sessions",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    id_column=table.c.session_id,
    fields={
        "session_id": Field(table.c.session_id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_session_list_player"),
        "supplier": Field(table.c.supplier),
        "game_code": Field(table.c.game_code),
        "currency": Field(table.c.currency),
        "country": Field(table.c.country),
        "platform": Field(table.c.platform, values=get_args(Platform)),
        "state": Field(table.c.state, values=SessionState),
        **code_fields("closed_because", table.c.closed_because),
        "opened_at": Field(table.c.opened_at, sortable=True),
        "launched_at": Field(table.c.launched_at, sortable=True),
        "closed_at": Field(table.c.closed_at, sortable=True),
        "expires_at": Field(table.c.expires_at, sortable=True),
    },
    default_order="opened_at.desc",
    time_field="opened_at",
    heavy=P.LIST_HEAVY,
)
