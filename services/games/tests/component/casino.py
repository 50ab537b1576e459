"""What staff, players and Hub88 do at a casino, in the words of the tests."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from services.games.tests.support import hub88
from services.games.tests.support.facts import GAME
from services.games.tests.support.hub88_server import Hub88Server

from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token
from contracts.games.permissions import GamesPermission

API = "/api/games/v1"
STAFF = bearer(make_token(permissions=[permission.value for permission in GamesPermission]))


@dataclass
class Casino:
    """One casino of a running service."""

    client: httpx.AsyncClient
    hub88: Hub88Server
    tasks: TaskRunner
    service: Service
    id: UUID
    player: UUID

    @property
    def player_headers(self) -> dict[str, str]:
        """The player's own token."""
        return bearer(make_token(kind="player", subject=self.player, casino=self.id))

    async def propose_hub88(self, **changes: Any) -> httpx.Response:
        """Propose the account."""
        body = {"enabled": True, "settings": hub88.settings(self.hub88.url), "secrets": hub88.secrets(), **changes}
        return await self.client.put(f"{API}/casinos/{self.id}/suppliers/hub88", json=body, headers=STAFF)

    async def configure_hub88(self, **changes: Any) -> None:
        """Have the account made or changed by two people, and fetch the catalogue."""
        proposed, now = await self.propose_hub88(**changes), self.service.application.clock.now()
        await approved(self.client, proposed, list(GamesPermission), auth_time=int(now.timestamp()))
        await self.tasks.run_due()

    async def switch_on(self, game: str = GAME, **changes: Any) -> httpx.Response:
        """Switch a game on, or as the changes say."""
        body = {"enabled": True, "blocked_countries": [], **changes}
        return await self.client.put(f"{API}/casinos/{self.id}/games/{game}", json=body, headers=STAFF)

    async def launch(self, *, key: str | None = None, **changes: Any) -> httpx.Response:
        """The player launches the game."""
        body = {
            "game_code": GAME,
            "platform": "desktop",
            "lang": "en",
            "lobby_url": "https://casino.test/lobby",
            **changes,
        }
        headers = {**self.player_headers, "Idempotency-Key": key or f"launch-{uuid4()}"}
        return await self.client.post(f"{API}/sessions", json=body, headers=headers)

    async def token(self) -> str:
        """Launch, and return the token Hub88 was given."""
        answer = await self.launch()
        assert answer.status_code == 201, answer.text
        token: str = self.hub88.launches()[-1]["token"]
        return token

    async def call(self, operation: str, token: str, *, casino: UUID | None = None, **changes: Any) -> dict[str, Any]:
        """Hub88 calls the wallet."""
        facts = {"user": str(self.player), **({} if operation == "user/info" else {"token": token}), **changes}
        body = hub88.body(operation, **facts)
        return await self.post(operation, body, hub88.signed(body), casino=casino)

    async def post(
        self, operation: str, body: bytes, headers: dict[str, str], *, casino: UUID | None = None
    ) -> dict[str, Any]:
        """Raw bytes to the wallet; the answer is always HTTP 200 and JSON."""
        path = f"/partner/hub88/{casino or self.id}/{operation}"
        answer = await self.client.post(path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        said: dict[str, Any] = json.loads(answer.content)
        return said

    async def published(self, event_type: str) -> list[dict[str, Any]]:
        """The data of everything published under this type, in order."""
        async with self.service.db.read() as connection:
            rows = await connection.exec_driver_sql("SELECT envelope FROM outbox ORDER BY id")
            envelopes = [json.loads(row.envelope) for row in rows]
        return [envelope["data"] for envelope in envelopes if envelope["type"] == event_type]

    async def hears(self) -> None:
        """Wait until the service's cache hears of changes, as it does a moment after it starts."""
        directory = self.service.state["directory"]
        async with asyncio.timeout(10):
            while not directory.listening:
                await asyncio.sleep(0.005)
