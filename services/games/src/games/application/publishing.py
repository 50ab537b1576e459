"""What of games' own events others may know: the one place where both vocabularies meet."""

from collections.abc import Iterable
from typing import Any

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.games.events import GameSessionClosed, GameSessionOpened
from games.domain.session import SessionClosed, SessionLaunched


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """A session is opened to the world when the player can play, and closed only if it ever was."""
    match recorded.event:
        case SessionLaunched() as event:
            yield GameSessionOpened(
                session_id=recorded.stream_key,
                player_id=event.player_id,
                casino_id=event.casino_id,
                supplier=event.supplier,
                game_code=event.game_code,
                currency=event.currency,
                platform=event.platform,
            )
        case SessionClosed(was_launched=True) as event:
            yield GameSessionClosed(
                session_id=recorded.stream_key,
                player_id=event.player_id,
                casino_id=event.casino_id,
                cause=event.cause,
            )
