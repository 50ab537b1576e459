"""How processes tell each other that something cached has changed: NOTIFY in the transaction, LISTEN beside it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from sqlalchemy import text

from chassis.db.engine import plain_url
from chassis.store import UnitOfWork

log = structlog.get_logger(__name__)

CHANNEL = "games_reference"

_BEAT_S = 2.0
_ANSWER_WITHIN_S = 3.0
_RECONNECT_S = 0.5


async def announce(uow: UnitOfWork, kind: str, key: str = "") -> None:
    """Tell every process, when and only when this transaction commits, that `kind` (all of it, or one key) changed."""
    await uow.connection.execute(text(f"SELECT pg_notify('{CHANNEL}', :what)"), {"what": f"{kind}:{key}"})


class ChangeListener:
    """Hears announcements on a connection of its own.

    Args:
        url: the service's database.
        heard: called with (kind, key) of each announcement.
        missed: called when announcements may have been missed; everything cached must go.
    """

    def __init__(self, url: str, *, heard: Callable[[str, str], None], missed: Callable[[], None]) -> None:
        self._url = plain_url(url)
        self._heard = heard
        self._missed = missed
        self._listening = False
        self._task: asyncio.Task[None] | None = None

    @property
    def listening(self) -> bool:
        """Whether changes are being heard. False for a moment after the connection is lost, at the latest after 5 s."""
        return self._listening

    async def start(self) -> None:
        """Begin to listen; returns at once and keeps trying when the database is not there."""
        self._task = asyncio.create_task(self._keep_listening(), name="change listener")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("change_listener_lost", error=repr(error))
            finally:
                self._deaf()
            await asyncio.sleep(_RECONNECT_S)

    async def _listen(self) -> None:
        connection: Any = await asyncpg.connect(
            self._url, timeout=_ANSWER_WITHIN_S, server_settings={"application_name": "games changes"}
        )
        try:
            connection.add_termination_listener(lambda _: self._deaf())
            await connection.add_listener(CHANNEL, self._on_notify)
            self._missed()
            self._listening = True
            while True:
                await asyncio.sleep(_BEAT_S)
                await connection.execute("SELECT 1", timeout=_ANSWER_WITHIN_S)
        finally:
            self._deaf()
            connection.terminate()

    def _deaf(self) -> None:
        self._listening = False
        self._missed()

    def _on_notify(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        kind, _, key = payload.partition(":")
        self._heard(kind, key)
