"""What can be done to many players at once."""

from collections.abc import Callable
from typing import Any

from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import BlockPlayer, PlayerCommand, TagPlayer, UnblockPlayer, UntagPlayer
from backoffice.domain.player.errors import AccountClosed
from backoffice.entrypoints.http.players.schemas import TagBody
from chassis.bulk import BulkAction, Turn
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

_PLAYERS = "/api/backoffice/v1/players"
_FEW, _MANY = 25, 500


def _action(
    name: str,
    title: str,
    permission: P,
    command: Callable[[Turn], PlayerCommand],
    alone: int,
    parameters: type[TagBody] | None = None,
) -> BulkAction:
    async def do(uow: UnitOfWork, turn: Turn) -> bool:
        outcome: Any = await uow.decide(player, turn.row_id, command(turn))
        return bool(outcome.events)

    return BulkAction(
        list=_PLAYERS,
        name=name,
        title=title,
        permission=permission,
        do=do,
        alone=alone,
        parameters=parameters,
        reason_permission=P.PLAYER_VIEW_REASON,
        moot=(AccountClosed,),
    )


BULK = (
    _action("block", "Block players", P.PLAYER_BLOCK, lambda _: BlockPlayer(), _FEW),
    _action("unblock", "Unblock players", P.PLAYER_BLOCK, lambda _: UnblockPlayer(), _FEW),
    _action("tag", "Tag players", P.PLAYER_TAG, lambda turn: TagPlayer(tag=turn.parameters.tag), _MANY, TagBody),
    _action(
        "untag",
        "Take a tag off players",
        P.PLAYER_TAG,
        lambda turn: UntagPlayer(tag=turn.parameters.tag),
        _MANY,
        TagBody,
    ),
)
"""Stopping people and letting them in again takes a second person early, tags late."""
