"""Where the outside comes in: through the composition's nginx where this machine has one, else straight to the service.

Partners know one address, which is this process. It hands on what they send from an address that is theirs, and keeps
it, so that somebody else can try with what he overheard.
"""

import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web
from pitlocal.processes import free_port
from pitlocal.stack import Stack
from yarl import URL

PARTNERS_IP, STRANGERS_IP = "127.0.0.2", "127.0.0.3"
"""The addresses that partners call from, and whoever overheard them."""

_OF_THIS_HOP = {"host", "connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"}


@dataclass(frozen=True)
class Letter:
    """What a partner sent, byte by byte."""

    target: str
    raw: bytes
    headers: Mapping[str, str]

    def forged(self, mark: str) -> "Letter":
        """The same with one character of its signature changed: the header of this name, else the field of the body."""
        at = next((name for name in self.headers if name.lower() == mark.lower()), None)
        if at is not None:
            return replace(self, headers={**self.headers, at: _changed(self.headers[at])})
        found = re.search(rb'\b%s("\s*:\s*"|=)([^"&]+)' % mark.encode(), self.raw)
        assert found is not None, (mark, self.raw)
        forged = _changed(found[2].decode()).encode()
        return replace(self, raw=self.raw[: found.start(2)] + forged + self.raw[found.end(2) :])


def _changed(text: str) -> str:
    """One character in the middle is another.

    >>> _changed("t=1,v1=abcd")
    't=1,v0=abcd'
    """
    middle = len(text) // 2
    return text[:middle] + ("0" if text[middle] != "0" else "1") + text[middle + 1 :]


@dataclass
class Street:
    """`settings` are those of a stack whose partners come this way; `people` is where everybody else comes in."""

    port: int = field(default_factory=free_port)
    letters: list[Letter] = field(default_factory=list)
    people: str = ""
    _partners: str = ""
    _from: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What partners are told."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """Whoever hands on says for whom."""
        return {"payments": {"PUBLIC_BASE_URL": self.url, "TRUSTED_PROXIES": "127.0.0.1"}}

    @asynccontextmanager
    async def open(self, stack: Stack) -> AsyncIterator[None]:
        """Until the block ends letters are handed on to this stack."""
        self.people, self._partners = stack.url("gateway"), stack.url("payments")
        if shutil.which("nginx"):
            command = [sys.executable, "-m", "pitlocal.edge"]
            edge = {"FOLDER": str(stack.folder / "edge")}
            self.people = self._partners = await stack.launch("edge", command, settings=edge, ready="/openapi.json")
        async with AsyncExitStack() as closing:
            for address in (PARTNERS_IP, STRANGERS_IP):
                wire = aiohttp.TCPConnector(local_addr=(address, 0))
                self._from[address] = await closing.enter_async_context(
                    aiohttp.ClientSession(connector=wire, auto_decompress=False)
                )
            app = web.Application(client_max_size=2**24)
            app.router.add_route("*", "/{path:.*}", self._hand_on)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            closing.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            yield

    async def send(self, letter: Letter, whose: str = PARTNERS_IP) -> tuple[int, bytes, Mapping[str, str]]:
        """Hand it in, from this address: how it was answered."""
        to = URL(f"{self._partners}{letter.target}", encoded=True)
        async with self._from[whose].post(to, data=letter.raw, headers=letter.headers) as answer:
            return answer.status, await answer.read(), _handed_on(answer.headers)

    async def _hand_on(self, request: web.Request) -> web.Response:
        letter = Letter(request.raw_path, await request.read(), _handed_on(request.headers))
        status, body, headers = await self.send(letter)
        self.letters.append(letter)
        return web.Response(status=status, body=body, headers=headers)


def _handed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_THIS_HOP}
