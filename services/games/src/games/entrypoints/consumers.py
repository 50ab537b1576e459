"""What games does with the events of others: it keeps copies, and ends sessions of players who may not play."""

from typing import Any

from chassis.messaging import Consumer
from chassis.messaging.casino_zones import casino_zones
from chassis.store import UnitOfWork
from contracts.backoffice.events import PlayerBlocked, PlayerUnblocked, SelfExclusionStarted
from contracts.envelope import Envelope
from games.application.sessions import Sessions
from games.application.storage import Announce
from games.read_models.casinos import casino_profiles, casinos
from games.read_models.players import players
from games.read_models.round_list import round_movements, rounds

READ_MODELS = (casino_zones, casinos, casino_profiles, players, rounds, round_movements)


def consumer(sessions: Sessions, announce: Announce) -> Consumer:
    """The consumer of games."""

    async def blocked(uow: UnitOfWork, _: Envelope, event: PlayerBlocked) -> None:
        await announce(uow, "player", str(event.player_id))
        await sessions.close_all_of(uow, event.player_id, "player_blocked", uow.ctx.occurred_at)

    async def unblocked(uow: UnitOfWork, _: Envelope, event: PlayerUnblocked) -> None:
        await announce(uow, "player", str(event.player_id))

    async def excluded(uow: UnitOfWork, _: Envelope, event: SelfExclusionStarted) -> None:
        await announce(uow, "player", str(event.player_id))
        await sessions.close_all_of(uow, event.player_id, "player_self_excluded", uow.ctx.occurred_at)

    handlers: dict[type[Any], Any] = {
        PlayerBlocked: blocked,
        PlayerUnblocked: unblocked,
        SelfExclusionStarted: excluded,
    }
    return Consumer("games", handlers=handlers, read_models=READ_MODELS)
