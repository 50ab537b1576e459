"""Verification for tests: the one route that payments asks, with a switch."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from contracts.verification.names import comparison_path


@dataclass
class FakeVerification:
    """Answers what it is told to. `refuses`: status and code of a problem instead; `asked`: who was compared, in order,
    as path and body.
    """

    likeness: str = "match"
    down: bool = False
    refuses: tuple[int, str] | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        assert request.headers["authorization"].startswith("Bearer ")
        body = json.loads(request.content)
        player_id = request.url.path.split("/")[-2]
        assert (request.method, str(request.url.path)) == ("POST", comparison_path(player_id))
        assert set(body) == {"casino_id", "name"}
        self.asked.append((str(request.url), body))
        if self.refuses is not None:
            status, code = self.refuses
            return httpx.Response(status, json={"code": code})
        return httpx.Response(200, json={"likeness": self.likeness})
