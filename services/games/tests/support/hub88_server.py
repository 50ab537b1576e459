"""Hub88's server: the catalogue and game addresses, for those whose signature is good."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from services.games.tests.support import hub88
from services.games.tests.support.facts import GAME

DRAGON: dict[str, Any] = {
    "game_code": GAME,
    "name": "Dragon Rising",
    "category": "Video Slots",
    "product": "Caleta",
    "platforms": ["GPL_DESKTOP", "GPL_MOBILE"],
    "blocked_countries": ["US"],
    "url_thumb": "https://cdn.hub88.test/dragon.png",
    "freebet_support": True,
}
ROULETTE: dict[str, Any] = {"game_code": "evo_roulette", "name": "Roulette", "platforms": ["GPL_DESKTOP"]}


class Hub88Server:
    """Answers as Hub88 would.

    Attributes:
        games: the catalogue.
        asked: (path, body) of every genuine request.
        answers: statuses and bodies to give instead, one after the other; 0 hangs up.
    """

    def __init__(self) -> None:
        self.games: list[dict[str, Any]] = [DRAGON, ROULETTE]
        self.asked: list[tuple[str, Any]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.url = ""

    def launches(self) -> list[Any]:
        """Bodies of the requests for a game's address."""
        return [body for path, body in self.asked if path.endswith("/game/url")]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if not _genuine(request.headers.get(hub88.HEADER, ""), raw):
            return web.json_response({"error": "signature is invalid"}, status=401)
        body = json.loads(raw)
        self.asked.append((request.path, body))
        if self.answers:
            status, answer = self.answers.pop(0)
            if status == 0:
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            return web.Response(status=status, body=answer)
        if request.path.endswith("/game/list"):
            return web.json_response(self.games)
        return web.json_response({"url": f"https://play.hub88.test/{body['game_code']}?token={body['token']}"})

    @asynccontextmanager
    async def served(self) -> AsyncIterator["Hub88Server"]:
        """Answer on a free port while the block lasts."""
        app = web.Application()
        app.router.add_post("/operator/generic/v2/{what:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


def _genuine(signature: str, body: bytes) -> bool:
    try:
        hub88.key("casino").public_key().verify(base64.b64decode(signature), body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
