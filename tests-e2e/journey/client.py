"""A client of the gateway that behaves as a good one should: it repeats what got no answer, under the same key."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from simulators.security_key import SecurityKey

T = TypeVar("T")

PATIENCE_S = 90.0
"""How long a request is repeated while a service is down; the deadline of everything that is waited for."""

_LATER = frozenset({429, 502, 503, 504})


class Refused(Exception):
    """The product said no, with a code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class NotInTime(AssertionError):
    """What had to happen did not happen before its deadline."""


async def eventually(
    what: str, look: Callable[[], Awaitable[T | None]], *, within_s: float = PATIENCE_S, every_s: float = 0.15
) -> T:
    """Look again and again until there is something to see, or NotInTime."""
    deadline = time.monotonic() + within_s
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {within_s:.0f} s")
        await asyncio.sleep(every_s)


class Api:
    """Sends requests to one address, and waits so many seconds for each answer."""

    def __init__(self, base_url: str, *, timeout_s: float = 30) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout_s, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        params: dict[str, Any] | None = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request until it is answered; one idempotency key for all attempts.

        Raises:
            Refused: it was answered with an error that repeating does not mend.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        sent: dict[str, Any] = {"json": body, "params": params, "files": files, "data": data, "content": content}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            pause = 0.3
            try:
                answer = await self._client.request(method, path, headers=headers, **sent)
            except httpx.TransportError as error:
                refusal = Refused(0, "no_answer", repr(error))
            else:
                if answer.status_code < 400:
                    return answer
                refusal = _refusal(answer)
                if answer.status_code not in _LATER:
                    raise refusal
                pause = min(float(answer.headers.get("retry-after", pause)), 5.0)
            if time.monotonic() > deadline:
                raise refusal
            await asyncio.sleep(pause)


def _refusal(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
        return Refused(answer.status_code, problem.get("code", "?"), f"{problem.get('detail')} {problem.get('errors')}")
    except ValueError:
        return Refused(answer.status_code, "?", answer.text[:200])


@dataclass
class Person:
    """Somebody with a log-in: a member of staff, or a player (then `credentials` name the casino).

    Attributes:
        key: what this person proves beside the password, once it was added.
        granted: every POST that was answered well: path and answer.
    """

    api: Api
    name: str
    door: str
    credentials: dict[str, str]
    id: str = ""
    key: SecurityKey | None = None
    granted: list[tuple[str, Any]] = field(default_factory=list)
    _token: str = ""
    _fresh_until: float = 0.0
    _log_in: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def log_in(self) -> dict[str, Any]:
        """Get a token; the answer tells whether the password must be changed."""
        answer: dict[str, Any] = (await self.api.send("POST", self.door, body=self.credentials)).json()
        if self.key is not None:
            asked = await self.api.send("POST", f"{self.door}/factor-options", body={"ticket": answer["ticket"]})
            answer = (await self.api.send("POST", f"{self.door}/factor", body=_signed(self.key, asked.json()))).json()
        self.id, self._token = answer["subject_id"], answer["access_token"]
        self._fresh_until = time.monotonic() + answer["expires_in_s"] - 30
        return answer

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request as this person."""
        return await self.api.send(method, path, token=await self.token(), **more)

    async def token(self) -> str:
        """An access token that is good for a while."""
        async with self._log_in:
            if time.monotonic() > self._fresh_until:
                await self.log_in()
        return self._token

    async def get(self, path: str, **params: Any) -> Any:
        """GET; the decoded answer."""
        return (await self.send("GET", path, params=params)).json()

    async def post(self, path: str, body: Any = None) -> Any:
        """POST; the decoded answer."""
        answer = (await self.send("POST", path, body=body)).json()
        self.granted.append((path, answer))
        return answer

    async def try_post(self, path: str, body: Any) -> str | None:
        """POST; None when it is granted, the code when it is refused."""
        try:
            await self.post(path, body)
        except Refused as refused:
            return refused.code
        return None

    async def put(self, path: str, body: Any) -> Any:
        """PUT; the decoded answer."""
        return (await self.send("PUT", path, body=body)).json()

    async def step_up(self) -> None:
        """Prove anew who it is, as whoever approves must have done a moment ago: with the key of whoever has one."""
        proof = {"password": self.credentials["password"]}
        if self.key is not None:
            proof = _signed(self.key, await self.post("/api/security/v1/step-up/options"))
        answer = await self.post("/api/security/v1/step-up", proof)
        self._token = answer["access_token"]
        self._fresh_until = time.monotonic() + answer["expires_in_s"] - 30

    async def add_key(self) -> None:
        """Add a security key, which logging in and stepping up take from now on."""
        factors, key = "/api/security/v1/factors/webauthn", SecurityKey()
        await self.step_up()
        asked = await self.post(f"{factors}/options")
        made = key.create(asked["public_key"])
        await self.post(factors, {"ticket": asked["ticket"], "name": "Key", "key": made})
        self.key = key

    async def approve(self, proposal: Any) -> Any:
        """Be the second person for what another proposed; the proposal as it is when it was done."""
        await self.step_up()
        done = await self.post(f"{proposal['href']}/approve", {"payload_sha256": proposal["payload_sha256"]})

        async def executed() -> Any:
            shown = await self.get(proposal["href"])
            return shown if shown["state"] != "approved" else None

        # A process that died in between takes it up again.
        done = done if done["state"] != "approved" else await eventually("what was approved is done", executed)
        assert done["state"] == "executed", done
        return done

    async def pages(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = await self.send("GET", path, params=params or None)
            rows += answer.json()
            if "next" not in answer.links:
                return rows
            path, params = answer.links["next"]["url"], {}


def _signed(key: SecurityKey, asked: dict[str, Any]) -> dict[str, Any]:
    return {"ticket": asked["ticket"], "key": key.get(asked["public_key"])}


async def refusal(asked: Awaitable[Any]) -> Refused:
    """The refusal that a request meets; AssertionError when it is granted."""
    try:
        granted = await asked
    except Refused as refused:
        return refused
    raise AssertionError(f"it should have been refused, but: {granted}")
